import type { ts } from '../syntax/syntax.ts'
import type { InputSource } from '../types.ts'
import type { Machine } from './machine.ts'

/** A field of the body, a header, ... and the first place that reads it. */
export interface InputRead {
  readonly from: InputSource
  readonly name: string
  readonly node: ts.Node
}

/** Keeps what the code reads of the request, wherever that goes: a log, or nowhere at all. */
export function noteInputRead(machine: Machine, read: InputRead): void {
  const reads = machine.run?.reads
  const key = `${read.from} ${read.name}`
  if (reads && !reads.has(key)) reads.set(key, read)
}

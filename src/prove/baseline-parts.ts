import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Ablation, Baseline, BaselinePart, MeasuredTests, TestSaid } from './types.ts'

/** Each in a file of its own, so that as many workers can find them out at once. */
export const PARTS: readonly BaselinePart[] = ['tests', '501', '200']

/** Of the tests that have run, while others still do. */
const SO_FAR = 'so-far'

export function isMissing(file: string, part: BaselinePart): boolean {
  return !existsSync(nameOf(file, part))
}

export function isComplete(file: string): boolean {
  return !PARTS.some((part) => isMissing(file, part))
}

export function writePart(file: string, part: BaselinePart, found: object): void {
  write(nameOf(file, part), found)
}

export function writeSoFar(file: string, measured: MeasuredTests): void {
  write(nameOf(file, SO_FAR), measured)
}

/** With the tests that have run so far; null as long as what they say without the route is not known. */
export function readSoFar(file: string): Baseline | null {
  if (isMissing(file, '501') || isMissing(file, '200')) return null
  if (!isMissing(file, 'tests')) return readBaseline(file)
  const none = { tests: [], hits: {} }
  return assemble(file, existsSync(nameOf(file, SO_FAR)) ? read(file, SO_FAR) : none)
}

export function readBaseline(file: string): Baseline {
  return assemble(file, read(file, 'tests'))
}

function assemble(file: string, measured: MeasuredTests): Baseline {
  const ablated = (ablation: Ablation): TestSaid[] => read(file, ablation)
  return { ...measured, ablated: { '501': ablated('501'), '200': ablated('200') } }
}

type Part = BaselinePart | typeof SO_FAR

function nameOf(file: string, part: Part): string {
  return `${file}.${part}`
}

function write(name: string, found: object): void {
  writeFileSync(`${name}.draft`, JSON.stringify(found))
  renameSync(`${name}.draft`, name)
}

function read(file: string, part: Part) {
  return JSON.parse(readFileSync(nameOf(file, part), 'utf8'))
}

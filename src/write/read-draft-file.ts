import { closeSync, openSync, readSync } from 'node:fs'
import { ModelError, UserError } from '../errors.ts'
import type { Plan } from '../plan/types.ts'
import { readDraft } from './draft-schema.ts'
import type { Draft } from './types.ts'

/** The name of standard input. */
const STANDARD_INPUT = '-'
const LONGEST_BYTES = 2_000_000
const HINT =
  'Paste the whole answer to `itest prompt`: one JSON object with the lists cases and left, with or without a Markdown fence around it.'

/** The answer of an assistant that got the printed prompt, `file` absolute or `-`. @throws UserError */
export function readDraftFile(file: string, plan: Plan): Draft {
  const name = file === STANDARD_INPUT ? 'standard input' : file
  const text = readBounded(file, name)
  if (text.trim() === '') throw new UserError(`--draft: expected an answer in ${name}, found nothing`, { hint: HINT })
  try {
    return readDraft(findReply(text), plan, { writer: 'draft', usage: null })
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause
    throw new UserError(`--draft: ${name} can not be used. ${cause.message}`, { hint: HINT, cause })
  }
}

/** What people copy: the object alone, in a fence, or with words before and after it. */
function findReply(text: string): string {
  const fenced = [...text.matchAll(/^[ \t]*```[^\n]*\n([\s\S]*?)^[ \t]*```[ \t]*$/gm)].map(([, inner = '']) => inner)
  const bare = text.slice(Math.max(0, text.indexOf('{')), text.lastIndexOf('}') + 1)
  return [text, ...fenced, bare].find((candidate) => isObject(candidate)) ?? text
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'cases' in value
  } catch {
    return false
  }
}

function readBounded(file: string, name: string): string {
  const descriptor = file === STANDARD_INPUT ? 0 : open(file)
  try {
    const chunks: Buffer[] = []
    let size = 0
    for (let chunk = readChunk(descriptor, name); chunk.length > 0; chunk = readChunk(descriptor, name)) {
      chunks.push(chunk)
      size += chunk.length
      if (size > LONGEST_BYTES) {
        throw new UserError(`--draft: expected at most ${LONGEST_BYTES} bytes in ${name}, found more`, { hint: HINT })
      }
    }
    return Buffer.concat(chunks)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
  } finally {
    if (descriptor !== 0) closeSync(descriptor)
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (cause) {
    throw new UserError(`--draft: expected a file that can be read, found none at ${file}`, { hint: HINT, cause })
  }
}

function readChunk(descriptor: number, name: string): Buffer {
  const chunk = Buffer.alloc(65_536)
  try {
    return chunk.subarray(0, readSync(descriptor, chunk))
  } catch (cause) {
    // A pipe without a writer is at its end on some systems with this code.
    if (cause instanceof Error && 'code' in cause && cause.code === 'EOF') return chunk.subarray(0, 0)
    throw new UserError(`--draft: ${name} can not be read`, { hint: HINT, cause })
  }
}

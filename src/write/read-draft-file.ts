import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { ModelError, UserError } from '../errors.ts'
import type { Plan } from '../plan/types.ts'
import { nothingWritten, readDraft } from './draft-schema.ts'
import type { Draft } from './types.ts'

/** The name of standard input. */
const STANDARD_INPUT = '-'
const LONGEST_BYTES = 2_000_000
const HINT =
  'Paste the whole answer to `itest prompt`: one JSON object with the lists cases and left, with or without a Markdown fence around it.'

/** The answer of an assistant that got the printed prompt, `file` absolute or `-`. @throws UserError */
export async function readDraftFile(file: string, plan: Plan, signal: AbortSignal): Promise<Draft> {
  const name = file === STANDARD_INPUT ? 'standard input' : file
  const text = await readBounded(file, name, signal)
  if (text.trim() === '') throw new UserError(`--draft: expected an answer in ${name}, found nothing`, { hint: HINT })
  try {
    const draft = readDraft(findReply(text), plan, 'draft')
    if (draft.cases.length === 0) throw nothingWritten(draft.left.length, draft.left)
    return draft
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

async function readBounded(file: string, name: string, signal: AbortSignal): Promise<string> {
  // A person may never end the input, so Ctrl-C must.
  const stream = addAbortSignal(signal, file === STANDARD_INPUT ? process.stdin : createReadStream(file))
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk)
      chunks.push(bytes)
      size += bytes.length
      if (size > LONGEST_BYTES) break
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw new UserError(`--draft: expected a file that can be read, found none at ${name}`, { hint: HINT, cause })
  }
  if (size > LONGEST_BYTES) {
    throw new UserError(`--draft: expected at most ${LONGEST_BYTES} bytes in ${name}, found more`, { hint: HINT })
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
}

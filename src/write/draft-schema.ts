import * as z from 'zod'
import { ModelError, UnreadableReply } from '../errors.ts'
import type { Path, Plan } from '../plan/types.ts'
import { toOneLine } from './one-line.ts'
import type { Draft, DraftCase, LeftPath } from './types.ts'

/** What a model must answer. Plain objects, arrays and strings only: backends refuse or mangle anything richer. */
export const DraftReply = z.object({
  cases: z
    .array(
      z.object({
        pathId: z.string().describe('The id of the path, exactly as listed'),
        title: z.string().describe('The behaviour in one line, without the id'),
        code: z.string().describe('The TypeScript statements inside the body of it(), nothing around them'),
      }),
    )
    .describe('One per path that you can test'),
  left: z
    .array(
      z.object({
        pathId: z.string().describe('The id of the path, exactly as listed'),
        reason: z.string().describe('What is missing to write its test, in one line'),
      }),
    )
    .describe('One per path that you cannot test; empty when you wrote them all'),
})

export type DraftReply = z.infer<typeof DraftReply>

/**
 * Reads a model's reply as a draft of the plan. Every planned or open path ends up either as one case or in `left`:
 * - several different cases for one path: none is kept, because choosing one would be a guess;
 * - a case and a reason for the same path: the case is kept, the checks judge it;
 * - a case for an id that the plan does not ask for: dropped, and listed in `left` under that id.
 * Throws `UnreadableReply` when the text is not the agreed JSON, `ModelError` when it gives a reason for every path.
 */
export function readDraft(text: string, plan: Plan, writer: string): Draft {
  const reply = parseReply(text)
  const wanted = plan.paths.filter((path) => path.status !== 'skipped')
  const { cases, left } = pickCases(wanted, reply)
  // What a reply got wrong, another one may get right.
  const isFinal = !left.some(({ isMistake }) => isMistake)
  if (wanted.length > 0 && cases.length === 0 && isFinal) throw nothingWritten(wanted.length, left)
  return { writer, cases, left: [...left, ...strangers(reply, plan)] }
}

/** Reads a reply to a request for some paths only; whatever it says of others is dropped. @throws UnreadableReply */
export function readCases(text: string, plan: Plan, ids: readonly string[]): Pick<Draft, 'cases' | 'left'> {
  return pickCases(
    plan.paths.filter(({ id }) => ids.includes(id)),
    parseReply(text),
  )
}

function pickCases(paths: readonly Path[], reply: DraftReply): { cases: DraftCase[]; left: LeftPath[] } {
  const read = paths.map((path) => readPath(path, reply))
  return {
    cases: read.flatMap((each) => ('code' in each ? [each] : [])),
    left: read.flatMap((each) => ('code' in each ? [] : [each])),
  }
}

function parseReply(text: string): DraftReply {
  const parsed = DraftReply.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'reply'}: ${issue.message}`)
  throw new UnreadableReply(
    `The model's reply does not have the agreed shape. Found: ${toOneLine(issues.join('; '))}`,
    {
      hint: 'Run the command again. If it repeats, choose another model, or the built-in writer with --model none.',
      cause: parsed.error,
    },
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UnreadableReply(`The model's reply is not JSON. It begins with: ${JSON.stringify(toOneLine(text, 60))}`, {
      hint: 'Run the command again. If it repeats, choose a model that supports structured output, or --model none.',
      cause,
    })
  }
}

function readPath(path: Path, reply: DraftReply): DraftCase | LeftPath {
  const pathId = path.id
  const mistake = (reason: string): LeftPath => ({ pathId, reason, isMistake: true })
  const cases = reply.cases.filter((each) => each.pathId === pathId)
  const codes = new Set(cases.map((each) => each.code.trim()))
  if (codes.size > 1) {
    return mistake(`the model wrote ${codes.size} different tests for this path; none was kept`)
  }
  const written = cases[0]
  if (written && written.code.trim() !== '') {
    return { pathId, title: readTitle(written.title, path), code: readCode(written.code) }
  }
  if (written) return mistake('the model wrote a test without any code')
  const stated = reply.left.find((each) => each.pathId === pathId)
  if (!stated) return mistake('the model returned neither a test nor a reason')
  return { pathId, reason: toOneLine(stated.reason) || 'the model left it out and gave no reason' }
}

/** The file puts the id before the title, so a model that repeats the id is corrected here. */
function readTitle(title: string, path: Path): string {
  const line = toOneLine(title)
  const prefix = `[${path.id}]`
  return (line.startsWith(prefix) ? line.slice(prefix.length).trim() : line) || path.title
}

function readCode(code: string): string {
  return code
    .replaceAll('\r\n', '\n')
    .replace(/^\s*\n/, '')
    .trimEnd()
}

function strangers(reply: DraftReply, plan: Plan): LeftPath[] {
  const statuses = new Map(plan.paths.map((path) => [path.id, path.status]))
  const ids = [...new Set(reply.cases.map((each) => each.pathId))]
  return ids.flatMap((pathId) => {
    const status = statuses.get(pathId)
    if (status === 'skipped') return [{ pathId, reason: 'the model wrote a test for a skipped path; it was dropped' }]
    if (status) return []
    return [
      {
        pathId: toOneLine(pathId),
        reason: 'the model wrote a test for a path that the plan does not have; it was dropped',
      },
    ]
  })
}

/** Of a reply that holds no test, and that nothing better can be asked for. */
export function nothingWritten(asked: number, left: readonly LeftPath[]): ModelError {
  const reasons = left.slice(0, 3).map((each) => `${each.pathId}: ${each.reason}`)
  return new ModelError(`The model wrote none of the ${asked} tests that were asked for. ${reasons.join('; ')}`, {
    hint: 'Run the command again, choose another model, or use the built-in writer with --model none.',
  })
}

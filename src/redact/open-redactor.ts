import type { EnvironmentSecret } from './environment-secrets.ts'
import { findGuessed } from './find-guessed.ts'
import { findShaped } from './find-shaped.ts'
import { createRegister, type Secret } from './register.ts'
import type { Hit, RedactedKind } from './types.ts'

export interface Redactor {
  /** The text with a mark for each secret, e.g. `<redacted:stripe-key-1>`; the same secret gets the same mark in any text. */
  readonly redact: (text: string) => Promise<string>
  /** Puts back what was planned; `missing`: marks that stand for something else, and stay. */
  readonly restore: (text: string) => { readonly text: string; readonly missing: readonly string[] }
  /** What was redacted so far. */
  readonly counts: () => readonly RedactedKind[]
}

const MARK = /<redacted:[\w.-]+>/g

/**
 * Takes secrets out of what is sent to a model: what secretlint finds, keys of a known form, values of the environment, and
 * literals that a name or their look gives away. What it does not see: a secret that the code puts together from parts or
 * holds encoded (but values of the environment, in base64 and in URLs, too), and one in prose that no such word leads up to.
 *
 * `planned`: texts of the plan. Those that `project` (its texts, as JSON) does not hold are made up by itest, so a guess
 * does not count for them; a known form does. Only what is planned is put back into a reply: the built-in writer would
 * write it into the test file, too.
 */
export function openRedactor(input: {
  readonly environment: readonly EnvironmentSecret[]
  readonly planned: readonly string[]
  readonly project: string
}): Redactor {
  const planned = new Set(input.planned)
  const isMadeUp = (text: string) => planned.has(text) && !input.project.includes(JSON.stringify(text).slice(1, -1))
  const register = createRegister(input.environment)
  const used = new Set<string>()
  return {
    async redact(text) {
      const { askSecretlint } = await import('./ask-secretlint.ts')
      const guessed = findGuessed(text).filter(({ start, end }) => !isMadeUp(text.slice(start, end)))
      const found = [...preferShaped(findShaped(text), await askSecretlint(text)), ...guessed]
      const hits = outsideOfMarks(text, found)
      for (const { start, end, ...how } of hits) register.add(text.slice(start, end), how)
      return replace(text, unite(outsideOfMarks(text, [...hits, ...register.findAll(text)])), (hit) => {
        const { mark } = register.add(text.slice(hit.start, hit.end), hit)
        used.add(mark)
        return mark
      })
    },
    restore(text) {
      const missing: string[] = []
      const restored = text.replaceAll(MARK, (mark) => {
        const value = register
          .valuesOf(mark)
          .find((one) => canStandInQuotes(one) && input.planned.some((text) => text.includes(one)))
        if (value === undefined) missing.push(mark)
        else register.watchQuoted(value)
        return value ?? mark
      })
      return { text: restored, missing }
    },
    counts: () => count(register.list().filter(({ mark }) => used.has(mark))),
  }
}

/** In those of any kind, and without a backslash before it. */
function canStandInQuotes(value: string): boolean {
  return !/['"`\\\n]|\$\{/.test(value)
}

/** secretlint takes a whole address where a part of it is the secret. */
function preferShaped(shaped: readonly Hit[], found: readonly Hit[]): Hit[] {
  return [...shaped, ...found.filter((hit) => !shaped.some(({ start, end }) => hit.start <= start && end <= hit.end))]
}

function outsideOfMarks(text: string, hits: readonly Hit[]): Hit[] {
  const marks = [...text.matchAll(MARK)].map((match) => ({ start: match.index, end: match.index + match[0].length }))
  return hits.filter((hit) => !marks.some(({ start, end }) => hit.start < end && start < hit.end))
}

/** Of those that overlap, one for the whole, named after the longest. */
function unite(hits: readonly Hit[]): Hit[] {
  const sorted = [...hits].sort((one, other) => one.start - other.start || other.end - one.end)
  const united: Hit[] = []
  for (const hit of sorted) {
    const last = united.at(-1)
    if (!last || hit.start >= last.end) united.push(hit)
    else if (hit.end > last.end) united.splice(-1, 1, { ...last, end: hit.end })
  }
  return united
}

function replace(text: string, hits: readonly Hit[], markOf: (hit: Hit) => string): string {
  const parts = hits.map((hit, at) => text.slice(hits[at - 1]?.end ?? 0, hit.start) + markOf(hit))
  return parts.join('') + text.slice(hits.at(-1)?.end ?? 0)
}

function count(secrets: readonly Secret[]): RedactedKind[] {
  const marks = new Map(secrets.map(({ mark, kind }) => [mark, kind]))
  const kinds = [...new Set(marks.values())].sort()
  return kinds.map((kind) => ({ kind, count: [...marks.values()].filter((one) => one === kind).length }))
}

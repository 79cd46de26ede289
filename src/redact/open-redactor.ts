import type { EnvironmentSecret } from './environment-secrets.ts'
import { findGuessed } from './find-guessed.ts'
import { findShaped } from './find-shaped.ts'
import type { Hit, RedactedKind } from './types.ts'

export interface Redactor {
  /** The text with a mark for each secret, e.g. `<redacted:stripe-key-1>`; the same secret gets the same mark in any text. */
  readonly redact: (text: string) => Promise<string>
  /** Puts back what was planned; `missing`: marks that stand for something else, and stay. */
  readonly restore: (text: string) => { readonly text: string; readonly missing: readonly string[] }
  /** What was redacted so far. */
  readonly counts: () => readonly RedactedKind[]
}

interface Secret {
  readonly kind: string
  readonly mark: string
  /** Replaced wherever it stands; a plain word only where it was found. */
  readonly isDistinct: boolean
}

const MARK = /<redacted:[\w.-]+>/g
const SHORT = 12

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
        const value = register.valueOf(mark)
        if (value !== null && !/['"`\\\n]|\$\{/.test(value) && input.planned.some((one) => one.includes(value))) {
          register.watchQuoted(value)
          return value
        }
        missing.push(mark)
        return mark
      })
      return { text: restored, missing }
    },
    counts: () => count(register.list().filter(({ mark }) => used.has(mark))),
  }
}

function createRegister(environment: readonly EnvironmentSecret[]) {
  const secrets = new Map<string, Secret>()
  const numbers = new Map<string, number>()
  const quoted = new Set<string>()
  const nextMark = (label: string): string => {
    const number = (numbers.get(label) ?? 0) + 1
    numbers.set(label, number)
    return `<redacted:${label}-${number}>`
  }
  for (const { name, forms } of environment) {
    const mark = nextMark(`env-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`)
    for (const form of forms) {
      if (!secrets.has(form)) secrets.set(form, { kind: 'environment-value', mark, isDistinct: true })
    }
  }
  return {
    add(value: string, { kind, isGuess }: Pick<Hit, 'kind' | 'isGuess'>): Secret {
      const secret = secrets.get(value) ?? { kind, mark: nextMark(kind), isDistinct: !isGuess || isDistinct(value) }
      secrets.set(value, secret)
      return secret
    },
    findAll: (text: string): Hit[] =>
      [...secrets].flatMap(([value, { kind, isDistinct }]) => {
        const hits = isDistinct || quoted.has(value) ? findValue(text, value, kind) : []
        return isDistinct ? hits : hits.filter(({ start, end }) => isQuoted(text, start, end))
      }),
    /** What was put back into a reply may come again, as a literal, in what is sent next. */
    watchQuoted: (value: string): void => void quoted.add(value),
    valueOf: (mark: string): string | null => [...secrets].find(([, secret]) => secret.mark === mark)?.[0] ?? null,
    list: () => [...secrets.values()],
  }
}

function isDistinct(value: string): boolean {
  return value.length >= 16 || (value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value))
}

function isQuoted(text: string, start: number, end: number): boolean {
  return /["'`]/.test(text[start - 1] ?? '') && text[start - 1] === text[end]
}

/** A short one only as a word of its own. */
function findValue(text: string, value: string, kind: string): Hit[] {
  const hits: Hit[] = []
  for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
    const end = start + value.length
    const isWord = !/\w/.test(text[start - 1] ?? '') && !/\w/.test(text[end] ?? '')
    if (isWord || value.length >= SHORT) hits.push({ kind, start, end, isGuess: false })
  }
  return hits
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

import type { EnvironmentSecret } from './environment-secrets.ts'
import type { Hit } from './types.ts'

export interface Secret {
  readonly kind: string
  readonly mark: string
  /** Replaced wherever it stands; a plain word only where it was found. */
  readonly isDistinct: boolean
}

const SHORT = 12

/** The secrets known so far, each with its mark. */
export function createRegister(environment: readonly EnvironmentSecret[]) {
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
    /** One secret may be written in several ways. */
    valuesOf: (mark: string): string[] =>
      [...secrets].flatMap(([value, secret]) => (secret.mark === mark ? [value] : [])),
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

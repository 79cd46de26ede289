import { createHash } from 'node:crypto'

// The parts of a message that differ from run to run though the reason is the same.
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with one.
  [/\u001b\[[\d;]*m/g, ''],
  [/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi, '<uuid>'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '<date>'],
  [/\d{4}-\d\d-\d\d/g, '<date>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '<token>'],
  [/(?<=\b(?:127\.0\.0\.1|localhost|\[::1?\]):)\d+/g, '<port>'],
  [/\bitest_[\w]+/g, '<database>'],
  [/\b[\da-f]{16,}\b/gi, '<hex>'],
  [/(?<="?\w*[iI]d"?:? )"?[\w-]+"?/g, '<id>'],
  [/(?<=\/)\d+(?=[/\s;:]|$)/g, '<id>'],
  [/\b\d+(?:\.\d+)? ?ms\b/g, '<ms>'],
  [/\b\d{5,}(?:\.\d+)?\b/g, '<number>'],
]

/** The same for two failures that have the same reason. */
export function fingerprint(parts: readonly (string | null)[]): string {
  const text = parts.map((part) => (part === null ? '-' : stripVolatile(part))).join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

export function stripVolatile(text: string): string {
  return VOLATILE.reduce((rest, [pattern, stand]) => rest.replace(pattern, stand), text)
}

import type { ErrorFacts } from '../run/types.ts'

/**
 * What a red test expected and what it found, in words, from the failing line of the test file and the error's own
 * fields, e.g. `expected 1 row in orders, found 2`. Falls back to the error's first line.
 */
export function describeContrast(error: ErrorFacts, test: { readonly file: string; readonly text: string }): string {
  const statement = findStatement(error, test)
  const found = statement
    ? (describeLength(statement, error) ?? describeStatus(statement, error) ?? describeBody(statement, error))
    : null
  return found ?? (error.message.split('\n')[0] || error.name)
}

/** The statement that failed: its first line, and what follows until the parentheses close. */
function findStatement(error: ErrorFacts, test: { readonly file: string; readonly text: string }): string | null {
  const frame = error.frames.find((candidate) => candidate.file === test.file)
  if (!frame) return null
  const lines = test.text.split('\n')
  const start = lines.slice(0, frame.line).findLastIndex((line) => /^\s*expect\(/.test(line))
  if (start < 0) return null
  const indent = lines[start]?.match(/^\s*/)?.[0].length ?? 0
  const length = lines
    .slice(start + 1)
    .findIndex(
      (line) => line.trim() !== '' && (line.match(/^\s*/)?.[0].length ?? 0) <= indent && !/^\s*[)\]}.]/.test(line),
    )
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join(' ')
}

function describeLength(statement: string, error: ErrorFacts): string | null {
  const subject = subjectOf(statement)
  if (!subject) return null
  const lengths = error.message.match(/length of (\d+) but got (\d+)/)
  const expected = lengths?.[1] ?? (/\.toEqual\(\[\]\)/.test(statement) ? '0' : null)
  const actual = lengths?.[2] ?? countItems(error.actual)
  if (expected === null || actual === null) return null
  if (expected === actual) return null
  return `expected ${subject(Number(expected))}, found ${actual}`
}

/** `1 row in orders`, `2 calls to payments`, `1 different key sent to payments`. */
function subjectOf(statement: string): ((count: number) => string) | null {
  const table = statement.match(/\.from\((\w+)\)/)?.[1]
  if (table)
    return (count) => `${count === 0 ? 'no' : count} ${count === 1 || count === 0 ? 'row' : 'rows'} in ${table}`
  const stub = statement.match(/expect\((\w+)\.calls\)/)?.[1]
  return stub
    ? (count) => `${count === 0 ? 'no' : count} ${count === 1 || count === 0 ? 'call' : 'calls'} to ${stub}`
    : null
}

/** The length of a list as Vitest prints it; null for anything else. */
function countItems(printed: string | null): string | null {
  if (!printed || !/^(?:Array )?\[/.test(printed)) return null
  const items = printed.split('\n').filter((line) => /^ {2}[^ }\]]/.test(line))
  return items.length > 0 ? String(items.length) : null
}

function describeStatus(statement: string, error: ErrorFacts): string | null {
  if (!/\.status\)/.test(statement) || error.expected === null || error.actual === null) return null
  return `expected status ${error.expected}, found ${error.actual}`
}

function describeBody(statement: string, error: ErrorFacts): string | null {
  const subject = /\.body\)/.test(statement)
    ? 'body'
    : /\.calls\)/.test(statement)
      ? 'calls'
      : /\.from\(/.test(statement)
        ? 'rows'
        : null
  if (!subject || error.expected === null || error.actual === null) return null
  const [expected, actual] = firstDifference(error.expected, error.actual)
  return `expected ${subject} with ${expected}, found ${actual}`
}

/** The first line in which two printed values differ. */
function firstDifference(expected: string, actual: string): [string, string] {
  const [wanted, given] = [expected.split('\n'), actual.split('\n')]
  const index = wanted.findIndex((line, position) => line !== given[position])
  const clean = (line: string | undefined): string => (line ?? 'nothing').trim().replace(/,$/, '')
  return [clean(wanted[index]), clean(given[index])]
}

import type { ErrorFacts } from '../run/types.ts'
import { findDifference } from './find-difference.ts'

/**
 * What a red test expected and what it found, in words, from the failing line of the test file and the error's own
 * fields, e.g. `expected 1 row in orders, found 2`. Falls back to the error's first line.
 */
export function describeContrast(error: ErrorFacts, test: { readonly file: string; readonly text: string }): string {
  const statement = findStatement(error, test)
  const found = statement
    ? (describeKeys(statement, error) ??
      describeLength(statement, error) ??
      describeStatus(statement, error) ??
      describeFields(statement, error))
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
  const indent = indentOf(lines[start])
  const rest = lines.slice(start + 1)
  const length = rest.findIndex((line) => line.trim() !== '' && indentOf(line) <= indent && !/^\s*[)\]}.]/.test(line))
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join(' ')
}

function indentOf(line: string | undefined): number {
  return line?.match(/^\s*/)?.[0].length ?? 0
}

/** `expect(new Set(payments.calls.map((call) => call.headers['idempotency-key'])).size)`. */
function describeKeys(statement: string, error: ErrorFacts): string | null {
  const match = statement.match(/new Set\(\s*(\w+)\.calls\.map\(\(?\w+\)? => \w+([^)]*)\)/)
  const key = match?.[2]?.match(/([\w-]+)\W*$/)?.[1]
  if (!match || !key || error.expected === null || error.actual === null) return null
  return `expected ${error.expected} different ${key} sent to ${match[1]}, found ${error.actual}`
}

function describeLength(statement: string, error: ErrorFacts): string | null {
  const subject = subjectOf(statement)
  if (!subject) return null
  const lengths = error.message.match(/length of \+?(\d+) but got \+?(\d+)/)
  const expected = lengths ? Number(lengths[1]) : countItems(error.expected)
  const actual = lengths ? Number(lengths[2]) : countItems(error.actual)
  if (expected === null || actual === null || expected === actual) return null
  return `expected ${subject.count(expected)}, found ${actual === 0 ? 'none' : actual}`
}

interface Subject {
  /** `body`, `orders`, `payments.calls`. */
  readonly name: string
  /** `1 row in orders`, `2 calls to payments`. */
  readonly count: (count: number) => string
}

function subjectOf(statement: string): Subject | null {
  const table = statement.match(/\.from\((\w+)\)/)?.[1]
  if (table) return { name: table, count: (count) => `${amount(count, 'row')} in ${table}` }
  const stub = statement.match(/expect\((\w+)\.calls\)/)?.[1]
  return stub ? { name: `${stub}.calls`, count: (count) => `${amount(count, 'call')} to ${stub}` } : null
}

function amount(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 || (count === 0 && noun === 'call') ? '' : 's'}`
}

/** The length of a list as Vitest prints it; null for anything else. */
function countItems(printed: string | null): number | null {
  if (printed === '[]') return 0
  if (!printed || !/^\[\n/.test(printed)) return null
  return printed.split('\n').filter((line) => /^ {2}[^ }\]]/.test(line)).length
}

function describeStatus(statement: string, error: ErrorFacts): string | null {
  if (!/^\s*expect\(\w+\.status\)/.test(statement) || error.expected === null || error.actual === null) return null
  const orHigher = statement.includes('.toBeGreaterThanOrEqual(') ? ' or higher' : ''
  return `expected status ${error.expected}${orHigher}, found ${error.actual}`
}

function describeFields(statement: string, error: ErrorFacts): string | null {
  const subject = /^\s*expect\(\w+\.body\)/.test(statement) ? 'body' : subjectOf(statement)?.name
  if (!subject || error.expected === null || error.actual === null) return null
  const difference = findDifference(error.expected, error.actual)
  if (!difference) return null
  const place = `${subject}${difference.path}`
  if (difference.expected === null) return `expected no ${place}, found ${difference.actual}`
  return `expected ${place} to be ${difference.expected}, found ${difference.actual ?? 'nothing'}`
}

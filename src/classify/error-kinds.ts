import type { ErrorFacts, HarnessFacts } from '../run/types.ts'
import type { Site } from './types.ts'

export function isOurs(error: ErrorFacts): boolean {
  return error.code?.startsWith('ITEST_') === true
}

export function isTimeout(error: ErrorFacts): boolean {
  return /^(?:Test|Hook)TimeoutError$/.test(error.name) || /^(?:Test|Hook) timed out in \d+ms/.test(error.message)
}

/** Superagent, `AbortSignal.timeout`, undici and axios, when they have waited long enough. */
export function isClientTimeout({ name, code }: ErrorFacts): boolean {
  if (/^(?:TimeoutError|AbortError|HeadersTimeoutError|BodyTimeoutError)$/.test(name)) return true
  return /^(?:ECONNABORTED|ETIMEDOUT|ETIME|UND_ERR_(?:HEADERS|BODY)_TIMEOUT)$/.test(code ?? '')
}

export function isMissingModule({ code, message }: ErrorFacts): boolean {
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return true
  return /^(?:Cannot find (?:module|package) |Failed to (?:load|resolve) )/.test(message)
}

/** `expect.assertions(2)`, `expect.hasAssertions()`, and what nobody waits for. */
export function isCount({ message }: ErrorFacts): boolean {
  return /^expected (?:number of assertions to be|any number of assertion)|^(?:expect\.poll\(|Promise returned by ).*was not awaited/.test(
    message,
  )
}

/** What is asserted of nothing may be what an unanswered request left. */
export function isAbout({ actual, hasComparison }: ErrorFacts, what: string): boolean {
  return !hasComparison || actual === null || actual === what
}

// Vitest's matchers throw these when the value is not even of the right type, and for matchers made with expect.extend.
const MATCHER_ERRORS = [
  /^\.to\w+\(\) expects to receive/,
  /^actual value must be /,
  /^.{0,12}expect\(.{0,12}received.{0,12}\)\.\w+\(/,
]

/** What matchers say of a test that uses them wrongly. */
const MISUSE = /is not a spy or a call to a spy|You must provide a Promise to expect|expect\.\w+\(\) can only be used/

export function isAssertion(error: ErrorFacts, { assertions }: HarnessFacts, site?: Site): boolean {
  if (MISUSE.test(error.message) || isUnwritten(error) || isTimeout(error)) return false
  if (site?.actor === 'app') return false
  if (assertions.some(({ messages }) => messages.includes(error.message))) return true
  // Not seen by the harness: what is thrown by hand only looks like one.
  if (site && site.frame === null) return false
  if (error.code !== null) return error.code === 'ERR_ASSERTION'
  return error.name === 'AssertionError' || MATCHER_ERRORS.some((pattern) => pattern.test(error.message))
}

/** A snapshot that nobody has written yet is no expectation; Vitest 3 says `undefined` for it. */
export function isUnwritten({ message, expected }: ErrorFacts): boolean {
  return /^Snapshot `.*` mismatched/.test(message) && ['', 'undefined'].includes(expected ?? '')
}

/** What it is about comes below a headline such as `Transform failed with 1 error:`. */
export function firstLine(error: ErrorFacts): string {
  const [first = '', second = ''] = (error.message || error.name || 'an error without a message').split('\n')
  return first.endsWith(':') && second.trim() !== '' ? `${first} ${second.trim()}` : first
}

export function isSyntax({ name, message }: ErrorFacts): boolean {
  const isOfTransform = /^(?:Transform failed|Failed to parse source|Parse failure|Unexpected token|\[?PARSE_ERROR)/
  return isOfTransform.test(message) || /\[PARSE_ERROR\]/.test(message) || /^(?:RolldownError|SyntaxError)$/.test(name)
}

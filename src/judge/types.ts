import type { EngineFacts } from '../run/types.ts'

/** What all runs together say of one test. */
export interface JudgedTest {
  /** Relative to the root. */
  readonly file: string
  /** With the names of its suites: `POST /orders > answers 201`. */
  readonly name: string
  readonly verdict: 'red' | 'green' | 'broken' | 'flaky' | 'skipped'
  /** Of a red or broken one, e.g. `assertion` or `hook`. */
  readonly class: string | null
  readonly reason: string
  readonly contrast: Contrast | null
  /** Of a red one: the same for as long as it is red for the same reason. */
  readonly fingerprint: string | null
  /** The route that its decisive request was dispatched to, e.g. `POST /orders`; for a missing one what was asked for. */
  readonly route: string | null
}

export interface Contrast {
  readonly expected: string | null
  readonly actual: string | null
  /** Where in the test it was asserted. */
  readonly at: { readonly file: string; readonly line: number } | null
}

/** A file that gave no test at all. */
export interface FileProblem {
  readonly file: string
  readonly class: string
  readonly reason: string
}

export interface Judgement {
  readonly tests: readonly JudgedTest[]
  readonly fileProblems: readonly FileProblem[]
  readonly engine: EngineFacts | null
  readonly vitest: string
}

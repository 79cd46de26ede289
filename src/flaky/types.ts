import type { EngineFacts } from '../run/types.ts'

/**
 * How a run differs from the usual one. `written`: not at all; `shuffled`: the tests of each file in another order;
 * `loaded`: more busy threads than cores; `shared`: all files have one database, and the ports that they ask for.
 */
export type Condition = 'written' | 'shuffled' | 'loaded' | 'shared'

export type CauseKind =
  | 'order'
  | 'shared-state'
  | 'unordered-rows'
  | 'time'
  | 'port'
  | 'leak'
  | 'load'
  | 'random'
  | 'unknown'

export interface FlakyReport {
  readonly schema: 'itest.flaky/1'
  /** What `--seed` takes to shuffle in the same way again. */
  readonly seed: number
  /** Runs that were asked for, and those that ended with a result. */
  readonly runs: number
  readonly ran: Readonly<Record<Condition, number>>
  /** Runs beside those, to find causes. */
  readonly experiments: number
  readonly files: number
  readonly tests: number
  readonly flaky: readonly FlakyTest[]
  /** What failed in every run is broken or red, and not flaky. */
  readonly red: readonly RedTest[]
  /** What this command could not look at, or can't see. */
  readonly notes: readonly string[]
  readonly engine: EngineFacts | null
  readonly vitest: string
  readonly durationMs: number
  readonly exitCode: 0 | 1 | 130
}

export interface FlakyTest {
  /** Relative to the root. */
  readonly file: string
  /** Null: not one of its tests fails, but the file: a hook, or what is at work when all tests have ended. */
  readonly name: string | null
  readonly line: number | null
  readonly counts: Counts
  readonly under: Readonly<Record<Condition, Counts>>
  /** One for each fingerprint, the most frequent first. */
  readonly failures: readonly FailureGroup[]
  /** Of a shuffled run that failed. */
  readonly seed: number | null
  /** Vitest's own command for that order. */
  readonly replay: string | null
  readonly cause: Cause
}

export interface Counts {
  readonly runs: number
  readonly failed: number
}

export interface Cause {
  readonly kind: CauseKind
  /** One sentence. */
  readonly summary: string
  /** Tests, or files, without which it does not fail, or pass. */
  readonly culprits: readonly Culprit[]
  /** What was tried and what came of it. */
  readonly evidence: readonly string[]
  /** What to try first. */
  readonly fix: string
}

export interface Culprit {
  readonly file: string
  /** Null: the file as a whole. */
  readonly name: string | null
  readonly line: number | null
}

export interface FailureGroup extends Failure {
  readonly times: number
}

export interface Failure {
  readonly fingerprint: string
  /** As the verdicts have it, e.g. `assertion` or `hook`; null for what has none. */
  readonly class: string | null
  readonly message: string
  readonly expected: string | null
  readonly actual: string | null
  readonly at: { readonly file: string; readonly line: number } | null
  /** The system's own word for it, e.g. `EADDRINUSE`. */
  readonly code: string | null
  /** The test itself had passed: it came of what was still at work. */
  readonly isLate: boolean
}

export interface RedTest {
  readonly file: string
  readonly name: string | null
  readonly runs: number
  readonly failures: readonly FailureGroup[]
}

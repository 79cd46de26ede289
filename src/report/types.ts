import type { BrokenClass, RedClass } from '../classify.ts'
import type { ExpectationSource, PathKind, PlannedBug } from '../plan/types.ts'
import type { PromptSize } from '../prompt.ts'
import type { BugProof } from '../prove/try-survivors.ts'
import type { RedactedKind } from '../redact/types.ts'
import type { EngineFacts } from '../run/types.ts'
import type { SourceLocation } from '../scan/types.ts'
import type { Tokens } from '../write/types.ts'

/**
 * `flaky`: its runs did not agree; `open`: must be tested, but the writer lacked facts; `skipped`: does not apply here. The
 * last two have no test.
 */
export type Now = 'green' | 'red' | 'broken' | 'flaky' | 'open' | 'skipped'

export interface ReportedPath {
  readonly id: string
  readonly kind: PathKind
  readonly title: string
  readonly expects: {
    /** The highest-ranking source of the path's expectations: spec over policy over code. */
    readonly source: ExpectationSource['kind'] | null
    readonly items: readonly { readonly what: string; readonly source: ExpectationSource }[]
  }
  /** With the route answering 501: red proves that the test can fail. */
  readonly before: 'red' | 'green' | 'broken' | null
  readonly now: Now
  readonly class: RedClass | BrokenClass | null
  /** Why it is not green; null when it is. */
  readonly reason: string | null
  /** Why the run before the implementation is no proof; null when it is one or when there is no test. */
  readonly beforeReason: string | null
  /** What is wrong with the route when this path is red. */
  readonly violation: string | null
  /** What it is about, where no test noticed that before; `noticedBy`: the names of tests that do now. */
  readonly bug: (PlannedBug & Pick<BugProof, 'noticedBy' | 'note'>) | null
  /** The user's config wants no test of it. */
  readonly isUnwanted: boolean
  readonly at: SourceLocation | null
}

/** Who wrote the tests, and what that took. */
export interface ReportedWriter {
  readonly name: string
  readonly model: string | null
  /** That were paid. */
  readonly requests: number
  /** Replies that earlier runs have paid for. */
  readonly cachedReplies: number
  /** Of all requests that were paid; null: none was, or the backend does not say. */
  readonly usage: Tokens | null
  /** In US dollars, reckoned with the prices that itest knows; null: not known. */
  readonly costUsd: number | null
  /** For each test that was seen red without the route, and is red or green with it, each time. */
  readonly costPerConfirmedTestUsd: number | null
  /** Paths whose test was broken or refused at first. */
  readonly repaired: readonly string[]
  readonly givenUp: readonly {
    readonly pathId: string
    /** What was wrong in the end. */
    readonly says: readonly string[]
    /** The built-in writer's test is there in its place. */
    readonly isReplaced: boolean
  }[]
  /** How long what was said of the route is, and what was left out for that; null when no model was asked. */
  readonly prompt: PromptSize | null
  /** What was taken out of what was sent, by kind; null: nothing was sent. */
  readonly redacted: readonly RedactedKind[] | null
  /** Why the model stopped; null: it did not. */
  readonly failure: { readonly message: string; readonly hint: string } | null
}

/** Everything that `itest gen` found out, as `--json` prints it. */
export interface GenReport {
  readonly schema: 'itest.gen/1'
  readonly route: { readonly method: string; readonly path: string; readonly file: string; readonly line: number }
  /** Relative to the project root; null when no test could be written. */
  readonly file: string | null
  readonly writer: ReportedWriter
  readonly engine: EngineFacts | null
  readonly vitest: string | null
  /** How often each test ran with the route as it is, in different orders. */
  readonly runs: number
  readonly paths: readonly ReportedPath[]
  readonly findings: readonly {
    readonly kind: string
    readonly pathId: string | null
    readonly message: string
    readonly line: number | null
  }[]
  readonly questions: readonly string[]
  readonly unresolved: readonly { readonly what: string; readonly text: string; readonly at: SourceLocation }[]
  readonly wrote: readonly string[]
  /** What the user can do next, e.g. to run the tests without the CLI. */
  readonly hints: readonly string[]
  /** Milliseconds by stage. */
  readonly timings: Readonly<Record<string, number>>
  readonly exitCode: 0 | 1 | 4
}

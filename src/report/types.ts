import type { BrokenClass, RedClass } from '../classify.ts'
import type { ExpectationSource, PathKind, PlannedBug } from '../plan/types.ts'
import type { BugProof } from '../prove/try-survivors.ts'
import type { RedactedKind } from '../redact/types.ts'
import type { EngineFacts } from '../run/types.ts'
import type { SourceLocation } from '../scan/types.ts'
import type { ModelUsage } from '../write/types.ts'

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

/** Everything that `itest gen` found out, as `--json` prints it. */
export interface GenReport {
  readonly schema: 'itest.gen/1'
  readonly route: { readonly method: string; readonly path: string; readonly file: string; readonly line: number }
  /** Relative to the project root; null when no test could be written. */
  readonly file: string | null
  readonly writer: {
    readonly name: string
    readonly model: string | null
    readonly usage: ModelUsage | null
    /** What was taken out of what was sent, by kind; null: nothing was sent. */
    readonly redacted: readonly RedactedKind[] | null
  }
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
  readonly exitCode: 0 | 1
}

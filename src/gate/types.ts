import type { Contrast } from '../judge/types.ts'
import type { RouteArgument } from '../options.ts'
import type { TestProof } from '../prove/prove-tests.ts'
import type { EngineFacts } from '../run/types.ts'

/** What the user asked a gate to look at; neither a route nor files: all that is new. */
export interface Asked {
  readonly route: RouteArgument | null
  readonly files: readonly string[]
}

/** What a gate says of one test. */
export interface GateTest {
  readonly file: string
  readonly name: string
  readonly verdict: 'red' | 'green' | 'broken' | 'flaky'
  readonly class: string | null
  readonly reason: string
  readonly contrast: Contrast | null
  /** What the app was when it was red: as it is, with the route answering 501, or with a bug in it; null: not red. */
  readonly before: 'app' | 'ablation' | 'mutant' | null
  /** What it says of bugs put into its route; null: it was not asked, since it is red as the app is or not new. */
  readonly mutants: TestProof | null
  /** Neither in the ledger as it is now nor, where git was asked, in the commit before. */
  readonly isNew: boolean
}

/** Why a gate stays closed beside the verdicts, or what was allowed. */
export interface GateFinding {
  readonly kind: FindingKind
  readonly file: string
  /** The full name of the test; null: it is about the file. */
  readonly test: string | null
  readonly message: string
  /** Assertions that the ledger has and the file has not, and the other way round. */
  readonly diff: { readonly removed: readonly string[]; readonly added: readonly string[] } | null
  /** It does not keep the gate closed: the person who ran it allows it, or it is only to be known. */
  readonly isAllowed: boolean
}

export type FindingKind =
  | 'deleted'
  | 'renamed'
  | 'skipped'
  | 'weakened'
  | 'changed'
  | 'surroundings-changed'
  | 'support-changed'
  | 'never-red'
  | 'ledger-edited'
  | 'nothing-new'
  | 'file'
  | 'weak'
  | 'unproven'

export interface GateReport {
  readonly schema: 'itest.gate/1'
  readonly gate: 'red' | 'green'
  readonly pass: boolean
  readonly tests: readonly GateTest[]
  readonly findings: readonly GateFinding[]
  readonly engine: EngineFacts | null
  readonly vitest: string | null
  /** Relative to the root. */
  readonly wrote: readonly string[]
  readonly exitCode: 0 | 1
}

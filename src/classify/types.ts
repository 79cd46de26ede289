import type { ErrorFacts, Frame, RequestFacts } from '../run/types.ts'

export type RedClass = 'assertion' | 'missing-route' | 'hang' | 'app-crash'

export type BrokenClass =
  | 'import'
  | 'syntax'
  | 'type'
  | 'hook'
  | 'harness'
  | 'fault-not-reached'
  | 'unstubbed-call'
  | 'missing-route'
  | 'timeout'
  | 'nothing-ran'
  | 'no-assertion'
  | 'trivial'

/** What a run says of a test. Only `red` speaks about the app; `broken` is ours to repair. */
export type Verdict =
  | { readonly status: 'green' }
  /** The database engine of this run can't do what the test asks of it. */
  | { readonly status: 'skipped'; readonly reason: string }
  | {
      readonly status: 'red'
      readonly class: RedClass
      readonly error: ErrorFacts | null
      readonly reason: string
      /** What else the test found: that the app's process would have crashed. */
      readonly crash?: string
    }
  | {
      readonly status: 'broken'
      readonly class: BrokenClass
      readonly reason: string
      /** What fell through the router, of class `missing-route`. */
      readonly missing?: RequestFacts
    }

/** What the syntax of the code says of the place that a stack names. */
export interface Site {
  /** Whose code was at work; `unknown`: the syntax does not tell. */
  readonly actor: 'test' | 'hook' | 'app' | 'unknown'
  /** e.g. `beforeEach` or `fixture`. */
  readonly hook: string | null
  /** `constant`: an assertion that no app can change; `fail`: one that only fails. */
  readonly kind: 'assertion' | 'constant' | 'fail' | 'throw' | 'other'
  /** It stands within an assertion, which may want it to fail. */
  readonly isNested: boolean
  /** In the code of the project. */
  readonly frame: Frame | null
}

/** In the order of what the facts of the test list. */
export interface TestSites {
  readonly errors: readonly Site[]
  readonly assertions: readonly Site[]
  readonly uncaught: readonly Site[]
}

export interface ClassifyOptions {
  /** The route answered 501, so its faults could not be hit. */
  readonly ablated: boolean
  /** Null: a file that itest wrote itself, which has no hooks that assert and no assertions about nothing. */
  readonly sites: TestSites | null
}

export function broken(kind: BrokenClass, reason: string): Verdict & { status: 'broken' } {
  return { status: 'broken', class: kind, reason }
}

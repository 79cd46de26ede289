import type { SourceLocation } from '../scan/types.ts'

/** A route as the app registered it in the child process. */
export interface ProbedRoute {
  /** Upper case; `ALL` for `app.all`. */
  readonly method: string
  /** Mounts included; a regular expression is shown as its source between slashes. */
  readonly path: string
  /** Null when no frame of the project was on the stack. */
  readonly at: SourceLocation | null
  /** How many functions run before the last handler, those of the app and its routers included. */
  readonly before: number
}

interface ProbeBase {
  readonly routes: readonly ProbedRoute[]
  /** What the app wanted to reach and could not: connections, look-ups, child processes. */
  readonly blocked: readonly string[]
  /** What failed without keeping the app from listening, e.g. its connection to the database. */
  readonly troubles: readonly string[]
}

/**
 * What a run of the app's start registered. `failed`: it did not start as it does in earnest, so a route that is missing
 * from `routes` may exist all the same.
 */
export type ProbeResult = ProbeBase &
  ({ readonly status: 'complete' } | { readonly status: 'failed'; readonly reason: string })

/** Where the code as read and the app as run disagree. */
export interface ProbeFinding {
  readonly kind: 'probe-failed' | 'probe-only-run' | 'probe-only-code' | 'probe-path' | 'probe-handlers'
  readonly message: string
  /** `POST /orders` */
  readonly route?: string
  readonly at?: SourceLocation
}

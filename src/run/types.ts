/** What our Vitest reporter saw. Facts only: `classify` judges. */

export interface Frame {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface ErrorFacts {
  readonly name: string
  readonly message: string
  readonly code: string | null
  /** As Vitest serialises them; null when the error carries none. */
  readonly expected: string | null
  readonly actual: string | null
  readonly hasComparison: boolean
  readonly frames: readonly Frame[]
  readonly cause: string | null
}

/** What the harness noticed during one test. */
export interface HarnessFacts {
  /** Requests that the app received. */
  readonly requests: number
  /** How often the route under test was dispatched. */
  readonly routeHits: number
  /** Requests that the app received and had not answered when the test ended, e.g. `POST /orders`. */
  readonly unansweredRequests: readonly string[]
  /** Outbound calls that no stub answered, e.g. `POST https://api.stripe.com/v1/charges`. */
  readonly unstubbedCalls: readonly string[]
  /** Other connections that were refused, e.g. `127.0.0.1:6379`. */
  readonly blockedConnections: readonly string[]
  /** Faults that the test set and nothing hit. */
  readonly unreachedFaults: readonly string[]
  /** Errors that would have ended the app's process after a fault broke a connection. */
  readonly appCrashes: readonly string[]
  /** An earlier test of the file left the app a driver that no longer works. */
  readonly isAfterCrash: boolean
}

export interface TestFacts {
  /** Relative to the project root. */
  readonly file: string
  readonly name: string
  readonly fullName: string
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
  readonly errors: readonly ErrorFacts[]
  readonly durationMs: number
  readonly retries: number
  readonly harness: HarnessFacts | null
}

/** What a test may need of its database and not every engine has; `second-connection`: a query beside an open transaction. */
export type Ability = 'second-connection' | 'cut' | 'connections' | 'delay' | 'timeOut'

export interface EngineFacts {
  readonly kind: 'postgres' | 'pglite' | 'sqlite' | 'mysql' | 'mariadb'
  readonly version: string
  /** Engines that can't do everything a server does say so here. */
  readonly limits: readonly string[]
  /** Where it runs, if it is not the usual one of its kind, e.g. `on the server at localhost:5432`. */
  readonly place?: string | undefined
}

export interface RunFacts {
  readonly exitCode: number | null
  readonly reason: 'passed' | 'failed' | 'interrupted' | null
  readonly vitest: string
  readonly tests: readonly TestFacts[]
  /** Errors of files that could not be loaded, and of suite hooks. */
  readonly fileErrors: readonly { readonly file: string; readonly error: ErrorFacts }[]
  readonly unhandled: readonly { readonly test: string | null; readonly error: ErrorFacts }[]
  /** The end of what the child wrote to stderr: for our own failures only, never for a verdict. */
  readonly stderrTail: string
  readonly durationMs: number
}

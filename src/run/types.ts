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

/** One request that a server of the worker received. */
export interface RequestFacts {
  readonly method: string
  /** Without its query. */
  readonly path: string
  /** Null as long as there is no answer. */
  readonly status: number | null
  /** The route that it was dispatched to, e.g. `POST /orders/:id`; null: it fell through the router. */
  readonly route: string | null
  /** Whether the app under test got it, and not a server that the test brought. */
  readonly isApp: boolean
  /** The client went away before there was an answer. */
  readonly isGivenUp: boolean
}

/** The assertions that ran at one place of the code. */
export interface AssertionFacts {
  /** Null when the stack names no file of the project. */
  readonly frame: Frame | null
  readonly passed: number
  readonly failed: number
  /** Of those that failed. */
  readonly messages: readonly string[]
}

/** An error that nobody caught. */
export interface UncaughtFacts {
  readonly kind: 'exception' | 'rejection'
  /** The title of the test that it belongs to, when that is another one than the test that ran. */
  readonly of: string | null
  /** The app was at work on a request. */
  readonly isOfRequest: boolean
  readonly error: ErrorFacts
}

/** What the harness noticed during one test. */
export interface HarnessFacts {
  /** Requests that the app received. */
  readonly requests: number
  /** Those of the hooks of suites, in this file so far. */
  readonly requestsBefore: number
  readonly log: readonly RequestFacts[]
  readonly assertions: readonly AssertionFacts[]
  readonly uncaught: readonly UncaughtFacts[]
  /** Where the app ended the process. */
  readonly exits: readonly ErrorFacts[]
  /** The test's fake timers held those of the app as well. */
  readonly hasFrozenTimers: boolean
  /** What of Vitest's own the code under test replaced. */
  readonly tampered: readonly string[]
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
  /** `it.fails`: what would pass fails. */
  readonly isMeantToFail: boolean
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

/** A worker that had to be ended from outside. */
export interface StalledFacts {
  readonly file: string
  /** The full name of the test that ran; null: none did. */
  readonly test: string | null
}

export interface RunFacts {
  readonly exitCode: number | null
  readonly reason: 'passed' | 'failed' | 'interrupted' | null
  readonly vitest: string
  /** Of the project's config, relative to the root; those of itest are none of them. */
  readonly setupFiles: readonly string[]
  readonly tests: readonly TestFacts[]
  /** Errors of files that could not be loaded, and of suite hooks; `suite` is its full name, null for the file. */
  readonly fileErrors: readonly { readonly file: string; readonly suite: string | null; readonly error: ErrorFacts }[]
  /** `file`: whose worker it was, where Vitest says so. */
  readonly stalled: readonly StalledFacts[]
  readonly unhandled: readonly {
    readonly test: string | null
    readonly file: string | null
    readonly error: ErrorFacts
  }[]
  /** The end of what the child wrote to stderr: for our own failures only, never for a verdict. */
  readonly stderrTail: string
  readonly durationMs: number
}

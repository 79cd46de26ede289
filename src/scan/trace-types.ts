import type { Expression, Shape, SourceLocation } from './expression-types.ts'

/** What one outbound HTTP call is made of. */
export interface HttpTarget {
  readonly protocol: 'http'
  readonly method: Expression
  readonly url: Expression
  readonly headers: Expression
  readonly body: Expression
  /** The client's own limit in milliseconds, when the code shows one. */
  readonly timeoutMs: number | null
}

/** A call into a package whose wire format is not known, e.g. `stripe.charges.create`. */
export interface PackageTarget {
  readonly protocol: 'package'
  readonly module: string
  readonly name: string
  readonly arguments: readonly Expression[]
}

/** `known` packages have effects (payments, mail); `harmless` ones do not (loggers); the rest is nobody's claim. */
export type EffectClass = 'known' | 'harmless' | 'unclassified'

export type DbOperation = 'select' | 'insert' | 'update' | 'delete' | 'raw'

export type Outcome = 'ok' | 'fails'

/** A function of the project that is running, and the place of the call that entered it. */
export interface StackFrame extends SourceLocation {
  readonly name: string
}

/**
 * When something happens beside the rest of the request: `concurrent`: under way together with other work; `detached`:
 * nobody waits for it; `deferred`: left for later (a timer, `finish`), or after the answer.
 */
export type Timing = 'in-order' | 'concurrent' | 'detached' | 'deferred'

interface EventBase {
  readonly id: number
  readonly at: SourceLocation
  /** Outermost first. */
  readonly stack: readonly StackFrame[]
  /** How many of the scenario's decisions were taken before: `decisions.slice(0, decided)` is the path condition. */
  readonly decided: number
}

interface TimedEvent extends EventBase {
  readonly outcome: Outcome
  readonly timing: Timing
  /** Events that are under way at the same time. */
  readonly concurrentWith: readonly number[]
  /** Nobody handles the promise that failed: Node ends the process, the request notices nothing. */
  readonly failure: 'unhandled rejection' | null
}

/** `onConflict...` of an insert: on which columns (empty: any), and what is written instead. */
export interface ConflictClause {
  readonly action: 'nothing' | 'update'
  readonly target: readonly string[]
  readonly set: Expression | null
}

export type TraceEvent =
  | (EventBase & {
      readonly kind: 'respond'
      readonly status: Expression
      readonly body: Expression | null
      /** `stream`: parts written one after the other, e.g. server-sent events. */
      readonly via: 'json' | 'send' | 'end' | 'redirect' | 'render' | 'stream' | 'default-error-handler'
      /** Headers that the code sets, by their names in lower case; `location` of a redirect is one. */
      readonly headers: Readonly<Record<string, Expression>>
      readonly cookies: readonly { readonly name: string; readonly action: 'set' | 'clear' }[]
    })
  | (TimedEvent & {
      readonly kind: 'external'
      readonly effect: EffectClass
      readonly target: HttpTarget | PackageTarget
      /** The innermost function of the project that makes the call, e.g. `charge`. */
      readonly caller: string
    })
  | (TimedEvent & {
      readonly kind: 'db'
      readonly operation: DbOperation
      readonly table: string | null
      readonly values: Expression | null
      readonly where: Expression | null
      /** The fields that the query chooses, as columns; null: whole rows. */
      readonly projection: Expression | null
      /** Rows come back; without `returning()` a write gives only what the driver says of it. */
      readonly returns: boolean
      /** Rows are put together from more than one table. */
      readonly joined: boolean
      readonly joins: readonly string[]
      readonly limit: Expression | null
      readonly offset: Expression | null
      readonly orderBy: readonly Expression[]
      readonly conflict: ConflictClause | null
      /** `update` of `.for('update')`. */
      readonly locks: string | null
      readonly transaction: number | null
    })
  | (EventBase & {
      readonly kind: 'transaction'
      readonly phase: 'begin' | 'commit' | 'rollback'
      readonly transaction: number
    })
  /** `rethrow`: an error that was caught before and is passed on. */
  | (EventBase & { readonly kind: 'throw'; readonly error: string; readonly rethrow: boolean })
  | (EventBase & {
      readonly kind: 'validate'
      /** The package that checks, e.g. `zod`. */
      readonly validator: string
      /** What is checked, e.g. the body. */
      readonly subject: Expression
      readonly shape: Shape
      /** Where the schema is written, and others that it is put together from; empty: not known. */
      readonly declaredAt: readonly SourceLocation[]
      readonly outcome: Outcome
    })

/** A branch that the code takes depending on something only known at run time. */
export interface Decision {
  readonly condition: Expression
  readonly taken: boolean
  readonly at: SourceLocation
}

/** A place that took over an error on its way, e.g. `catch` or an error middleware. */
export interface HandlerVisit {
  readonly by: 'catch' | '.catch' | 'next' | 'error-middleware' | 'default-handler'
  readonly name: string
  readonly at: SourceLocation
  /** The latest event before it; 0 for none. */
  readonly after: number
  /** As of an event. */
  readonly decided: number
}

/** One way through middleware and handler: under these decisions, these events, in this order. */
export interface Scenario {
  readonly decisions: readonly Decision[]
  readonly events: readonly TraceEvent[]
  readonly handlers: readonly HandlerVisit[]
  /** `hangs`: nothing answers (Express 4 after a rejected async handler); `cut`: analysis stopped at its limit. */
  readonly end: 'responded' | 'hangs' | 'cut'
}

import type { TableResult } from './confirm-tables/types.ts'
import type { RouteFacts } from './facts/types.ts'

/** What static analysis knows. Everything here is plain JSON: no syntax node leaves the scan. */

import type { Casing, Dialect, Table } from './table-types.ts'

export type { Casing, Column, Dialect, Table } from './table-types.ts'

export interface SourceLocation {
  /** Relative to the project root, forward slashes. */
  readonly file: string
  /** 1-based. */
  readonly line: number
}

export type InputSource = 'body' | 'query' | 'params' | 'headers' | 'cookies'

/**
 * A value as the code computes it, before any request is sent. `result` points at the event that answers with it, e.g.
 * `{ kind: 'result', event: 2, path: ['0', 'id'] }` is the id of the first row that event 2 returns.
 */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'undefined' }
  | { readonly kind: 'input'; readonly from: InputSource; readonly path: readonly string[] }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'result'; readonly event: number; readonly path: readonly string[] }
  | { readonly kind: 'column'; readonly table: string; readonly column: string }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Expression>>; readonly open: boolean }
  | { readonly kind: 'array'; readonly items: readonly Expression[]; readonly open: boolean }
  | { readonly kind: 'operation'; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly kind: 'shape'; readonly shape: Shape }
  | { readonly kind: 'unknown'; readonly text: string; readonly at: SourceLocation }

interface ShapeBase {
  /** May be left out. */
  readonly optional: boolean
  readonly nullable: boolean
  /** Has a refinement or transformation that the rules below do not show. */
  readonly refined: boolean
  /** What comes out instead of the input, when the schema transforms it in a way that could be read. */
  readonly parsed: Expression | null
  /** Refinements that could be read, as conditions on the validated input. */
  readonly checks: readonly Expression[]
}

/** What a validator accepts, as far as it can be read from the code. */
export type Shape = ShapeBase &
  (
    | {
        readonly type: 'object'
        readonly fields: Readonly<Record<string, Shape>>
        /** Refuses fields that are not listed. */
        readonly strict: boolean
        /** What is no object counts as an object without fields: the validator looks at the fields only. */
        readonly lenient: boolean
      }
    | { readonly type: 'record'; readonly value: Shape }
    | {
        readonly type: 'string'
        readonly min: number | null
        readonly max: number | null
        readonly format: string | null
        readonly pattern: string | null
        /** Numbers and booleans are taken as text. */
        readonly coerced: boolean
      }
    | {
        readonly type: 'number'
        readonly min: number | null
        readonly max: number | null
        /** Must be greater, or smaller, than this. */
        readonly above: number | null
        readonly below: number | null
        readonly multipleOf: number | null
        readonly integer: boolean
        /** A number written as text is taken too. */
        readonly coerced: boolean
      }
    | { readonly type: 'boolean'; readonly coerced: boolean }
    | { readonly type: 'date'; readonly coerced: boolean }
    | { readonly type: 'enum'; readonly values: readonly EnumValue[]; readonly coerced: boolean }
    | {
        readonly type: 'array'
        readonly item: Shape
        readonly min: number | null
        readonly max: number | null
        /** What is no list passes: the validator looks at the items only. */
        readonly lenient: boolean
      }
    | { readonly type: 'tuple'; readonly items: readonly Shape[] }
    | { readonly type: 'union'; readonly options: readonly Shape[] }
    | { readonly type: 'any' }
    /** Rules that can't be decoded; `text` is their source. */
    | { readonly type: 'unknown'; readonly text: string }
  )

export type EnumValue = string | number | boolean | null

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

export interface FunctionReference {
  readonly name: string
  readonly file: string
  readonly line: number
}

export interface Route {
  /** Upper case; `ALL` for `app.all`. */
  readonly method: string
  /** As a client sends it, parameters as `:id`; a regular expression as its source, between slashes. */
  readonly path: string
  /** Where it is registered. */
  readonly file: string
  readonly line: number
  /** Where its app is made, `file:line`. */
  readonly app: string
  readonly handler: FunctionReference
  readonly middleware: readonly FunctionReference[]
  /** What answers every request for it before it is asked; null: nothing does. */
  readonly shadowedBy: RouteReference | null
}

export interface RouteReference {
  /** Empty for a middleware, which answers any method. */
  readonly method: string
  readonly path: string
  readonly file: string
  readonly line: number
}

/** Something that answers requests without being a route of the project's own code, e.g. a mounted library. */
export interface OpaqueMount {
  readonly path: string
  /** What is mounted there, e.g. `better-auth.toNodeHandler` or the name of a function. */
  readonly what: string
  readonly why: string
  readonly file: string
  readonly line: number
  readonly app: string
}

/** Something about the code that its author would want to know. */
export interface ScanFinding {
  readonly kind: 'duplicate-route' | 'shadowed-route'
  readonly message: string
  readonly at: SourceLocation
}

/** Code that looks like a registration and registers nothing in the apps that were found. */
export interface DeadRegistration {
  readonly text: string
  readonly why: string
  readonly at: SourceLocation
}

/** How a test gets the app. */
export interface AppEntry {
  readonly file: string
  readonly line: number
  /** `exported`: import it; `factory`: import and call it; `listens`: import the file and catch the server. */
  readonly how: 'exported' | 'factory' | 'listens'
  /** `default` or the export's name; null when nothing is exported. */
  readonly exportName: string | null
  readonly expressMajor: 4 | 5
}

export interface Unresolved {
  readonly what: string
  readonly text: string
  readonly at: SourceLocation
}

/** A call into a package that has no effect outside the process, e.g. hashing or logging. */
export interface HarmlessCall {
  readonly package: string
  readonly member: string
  readonly at: readonly SourceLocation[]
}

export interface VisitedSource {
  readonly name: string
  readonly at: SourceLocation
  readonly text: string
}

export interface DatabaseFacts {
  /** The driver package that the code passes to Drizzle. */
  readonly driver: string | null
  readonly dialect: Dialect | null
  /** Null when no `drizzle(...)` sets it. */
  readonly casing: Casing | null
  /** Environment variables that hold the connection URL. */
  readonly urlVariables: readonly string[]
  /** Environment variables that hold one part of the connection. */
  readonly partVariables: Readonly<Partial<Record<'host' | 'port' | 'user' | 'password' | 'database', string>>>
  /** Folder of SQL migrations, relative to the root. */
  readonly migrations: string | null
  readonly schemaFiles: readonly string[]
}

/** A condition of the code itself on an input, and where it leads when the input is refused. */
export interface InputCheck {
  readonly condition: Expression
  /** How the condition falls for a refused input. */
  readonly refusedWhen: boolean
  readonly status: number
  readonly at: SourceLocation
}

/** One input that the route reads or checks. */
export interface InputFact {
  readonly from: InputSource
  readonly path: readonly string[]
  /** Null: not known. */
  readonly required: boolean | null
  /** What a validator says of it. */
  readonly rules: Shape | null
  /** Where rules or checks come from: a validator's package, or `manual`. */
  readonly ruleSource: string | null
  readonly checks: readonly InputCheck[]
  readonly usedAt: readonly SourceLocation[]
  /** The schema's source where its rules can't be decoded. */
  readonly source: string | null
}

export interface Dossier extends RouteFacts {
  readonly route: Route
  readonly app: AppEntry
  readonly scenarios: readonly Scenario[]
  readonly inputs: readonly InputFact[]
  /** Tables that the route touches, and the parents that their foreign keys need. */
  readonly tables: readonly Table[]
  /** Whether running the schema says the same of each table; empty when nothing was run. */
  readonly confirmation: readonly TableResult[]
  readonly sources: readonly VisitedSource[]
  /** Variables that are read when the app starts or by this route. */
  readonly environment: readonly string[]
  readonly boot: BootFacts
  readonly unresolved: readonly Unresolved[]
}

export interface Codebase {
  readonly apps: readonly AppEntry[]
  readonly routes: readonly Route[]
  readonly opaque: readonly OpaqueMount[]
  readonly findings: readonly ScanFinding[]
  readonly dead: readonly DeadRegistration[]
  readonly boot: BootFacts
  readonly tables: readonly Table[]
  readonly database: DatabaseFacts
  readonly unresolved: readonly Unresolved[]
}

/** A file of the app that can't be read, or only in part. */
export interface BrokenFile {
  /** Relative to the root. */
  readonly file: string
  /** 1-based; null when nothing of the file could be read. */
  readonly line: number | null
  readonly message: string
}

/** How the app comes to be, what it asks of its surroundings, and what else starts with it. */
export interface BootFacts {
  readonly apps: readonly AppBoot[]
  /** Read while the modules of the app are loaded, by name. */
  readonly environment: readonly EnvironmentVariable[]
  /** Files that the app reads variables from, e.g. `.env` through dotenv. */
  readonly configFiles: readonly { readonly path: string; readonly at: SourceLocation }[]
  readonly starts: readonly BootStart[]
  /** Addresses of a database in the code itself, passwords masked. `isFallback`: used when a variable is missing. */
  readonly hardCoded: readonly { readonly text: string; readonly isFallback: boolean; readonly at: SourceLocation }[]
}

export interface AppBoot extends AppEntry {
  /** Where `express()` is called. */
  readonly madeAt: SourceLocation
  /** The function around that call; null at the top level of its module. `isImmediate`: `(async () => { ... })()`. */
  readonly madeIn: {
    readonly name: string
    readonly parameters: readonly string[]
    readonly isAsync: boolean
    readonly isImmediate: boolean
  } | null
  /** The class that holds it: `new App().app`. `exportName`: the class, or with `isInstance` an instance, is exported so. */
  readonly holder: {
    readonly className: string
    readonly property: string
    readonly exportName: string | null
    readonly isInstance: boolean
  } | null
  readonly listensAt: readonly SourceLocation[]
  /** The file that makes it listen when it is run, e.g. `src/server.ts`; null: nothing does that analysis can see. */
  readonly startFile: string | null
  /** Something is registered on the app itself after it listens: a test that is faster would miss it. */
  readonly isFilledAfterListen: boolean
}

/** `app`: loading the app's module is enough; `server`: only the module that listens does it. */
export type BootPart = 'app' | 'server'

export interface EnvironmentRule {
  /** What checks the variable: `zod`, `envalid`, ..., or `code` for a condition of the project's own. */
  readonly by: string
  readonly shape: Shape | null
  /** The rule as the code has it. */
  readonly text: string
  readonly required: boolean | null
  readonly default: string | null
  readonly whenMissing: 'throws' | 'exits' | 'undefined' | 'unknown'
}

export interface EnvironmentVariable {
  readonly name: string
  readonly readAt: readonly SourceLocation[]
  readonly part: BootPart
  /** Null: nothing in the code says so. */
  readonly required: boolean | null
  /** The literal that stands in for it. */
  readonly default: string | null
  readonly validation: Pick<EnvironmentRule, 'by' | 'shape' | 'text'> | null
  readonly whenMissing: EnvironmentRule['whenMissing']
  readonly usedFor: 'database' | 'port' | 'secret' | 'address' | 'other'
}

export type StartKind =
  | 'redis'
  | 'queue'
  | 'cron'
  | 'timer'
  | 'database'
  | 'migration'
  | 'telemetry'
  | 'websocket'
  | 'process-listener'
  | 'exit'

/** Something that runs when modules are loaded and is no part of answering a request. */
export interface BootStart {
  readonly kind: StartKind
  /** `node` for what Node itself offers. */
  readonly package: string
  readonly what: string
  readonly part: BootPart
  readonly at: SourceLocation
}

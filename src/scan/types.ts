/** What static analysis knows. Everything here is plain JSON: no syntax node leaves the scan. */

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
    | { readonly type: 'object'; readonly fields: Readonly<Record<string, Shape>> }
    | {
        readonly type: 'string'
        readonly min: number | null
        readonly max: number | null
        readonly format: string | null
        readonly pattern: string | null
      }
    | {
        readonly type: 'number'
        readonly min: number | null
        readonly max: number | null
        readonly integer: boolean
        readonly coerced: boolean
      }
    | { readonly type: 'boolean' }
    | { readonly type: 'date'; readonly coerced: boolean }
    | { readonly type: 'enum'; readonly values: readonly string[] }
    | { readonly type: 'array'; readonly item: Shape; readonly min: number | null }
    | { readonly type: 'unknown'; readonly text: string }
  )

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

export type TraceEvent =
  | {
      readonly kind: 'respond'
      readonly id: number
      readonly status: Expression
      readonly body: Expression | null
      readonly via: 'json' | 'send' | 'end' | 'redirect' | 'render' | 'default-error-handler'
      readonly at: SourceLocation
    }
  | {
      readonly kind: 'external'
      readonly id: number
      readonly effect: EffectClass
      readonly target: HttpTarget | PackageTarget
      /** The innermost function of the project that makes the call, e.g. `charge`. */
      readonly caller: string
      readonly outcome: Outcome
      readonly at: SourceLocation
    }
  | {
      readonly kind: 'db'
      readonly id: number
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
      readonly transaction: number | null
      readonly outcome: Outcome
      readonly at: SourceLocation
    }
  | {
      readonly kind: 'transaction'
      readonly id: number
      readonly phase: 'begin' | 'commit' | 'rollback'
      readonly transaction: number
      readonly at: SourceLocation
    }
  | { readonly kind: 'throw'; readonly id: number; readonly error: string; readonly at: SourceLocation }

/** A branch that the code takes depending on something only known at run time. */
export interface Decision {
  readonly condition: Expression
  readonly taken: boolean
  readonly at: SourceLocation
}

/** One way through middleware and handler: under these decisions, these events, in this order. */
export interface Scenario {
  readonly decisions: readonly Decision[]
  readonly events: readonly TraceEvent[]
  /** `hangs`: nothing answers (Express 4 after a rejected async handler); `cut`: analysis stopped at its limit. */
  readonly end: 'responded' | 'hangs' | 'cut'
}

export interface Column {
  /** The property in code and in JSON, e.g. `userId`. */
  readonly key: string
  /** The name in the database, e.g. `user_id`. */
  readonly name: string
  /** The Drizzle builder, e.g. `integer`, `uuid`, `timestamp`. */
  readonly type: string
  readonly json: 'string' | 'number' | 'boolean' | 'date' | 'object' | 'unknown'
  readonly notNull: boolean
  readonly hasDefault: boolean
  /** The default when it is a literal of the code. */
  readonly defaultValue: string | number | boolean | null
  readonly primaryKey: boolean
  readonly unique: boolean
  readonly enumValues: readonly string[] | null
  readonly references: { readonly table: string; readonly column: string } | null
}

export interface Table {
  readonly name: string
  /** Where the code exports it: `orders` of `src/db/schema.ts`. */
  readonly exportName: string
  readonly at: SourceLocation
  readonly dialect: 'postgres' | 'sqlite' | 'mysql'
  readonly columns: readonly Column[]
}

export interface FunctionReference {
  readonly name: string
  readonly file: string
  readonly line: number
}

export interface Route {
  /** Upper case; `ALL` for `app.all`. */
  readonly method: string
  /** As a client sends it, parameters as `:id`. */
  readonly path: string
  /** Where it is registered. */
  readonly file: string
  readonly line: number
  readonly app: string
  readonly handler: FunctionReference
  readonly middleware: readonly FunctionReference[]
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

export interface VisitedSource {
  readonly name: string
  readonly at: SourceLocation
  readonly text: string
}

export interface DatabaseFacts {
  /** The driver package that the code passes to Drizzle. */
  readonly driver: string | null
  readonly dialect: 'postgres' | 'sqlite' | 'mysql' | null
  /** Environment variables that hold the connection URL. */
  readonly urlVariables: readonly string[]
  /** Environment variables that hold one part of the connection. */
  readonly partVariables: Readonly<Partial<Record<'host' | 'port' | 'user' | 'password' | 'database', string>>>
  /** Folder of SQL migrations, relative to the root. */
  readonly migrations: string | null
  readonly schemaFiles: readonly string[]
}

export interface Dossier {
  readonly route: Route
  readonly app: AppEntry
  readonly scenarios: readonly Scenario[]
  /** Tables that the route touches, and the parents that their foreign keys need. */
  readonly tables: readonly Table[]
  readonly sources: readonly VisitedSource[]
  /** Variables that are read when the app starts or by this route. */
  readonly environment: readonly string[]
  readonly boot: BootFacts
  readonly unresolved: readonly Unresolved[]
}

export interface Codebase {
  readonly routes: readonly Route[]
  readonly boot: BootFacts
  readonly tables: readonly Table[]
  readonly database: DatabaseFacts
  readonly unresolved: readonly Unresolved[]
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

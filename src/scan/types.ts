/** What static analysis knows. Everything here is plain JSON: no syntax node leaves the scan. */

import type { Assumption, BootFacts, StartCondition } from './boot-types.ts'
import type { TableResult } from './confirm-tables/types.ts'
import type { Expression, InputSource, Shape, SourceLocation } from './expression-types.ts'
import type { GateFact, RouteFacts, SessionFact } from './facts/types.ts'
import type { Casing, Dialect, Table } from './table-types.ts'
import type { Scenario } from './trace-types.ts'

// One name for what the other stages know of a scan.
export type * from './boot-types.ts'
export type * from './expression-types.ts'
export type { Casing, Column, Dialect, Table } from './table-types.ts'
export type * from './trace-types.ts'

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
  /** Outermost first; empty: it is registered at every start. */
  readonly when: readonly StartCondition[]
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
  readonly when: readonly StartCondition[]
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
  /**
   * `exported`: import it; `factory`: import and call it; `class` and `instance`: import what has it as a property;
   * `listens`: import the file and catch the server.
   */
  readonly how: 'exported' | 'factory' | 'class' | 'instance' | 'listens'
  /** `default` or the export's name; null when nothing is exported. */
  readonly exportName: string | null
  readonly expressMajor: 4 | 5
  /** Of the class or the instance, e.g. `app`, or `getServer()` when the property itself is private. */
  readonly property?: string
  /** What the factory or the class must be given. */
  readonly parameters?: readonly FactoryParameter[]
}

/** One parameter of a factory; `fields`: an object of what it needs, as in `createApp({ db, logger })`. */
export type FactoryParameter =
  | { readonly kind: 'value'; readonly need: Dependency }
  | { readonly kind: 'fields'; readonly needs: readonly Dependency[] }

export interface Dependency {
  readonly name: string
  /** An export of the project that can be passed; null: none was found. */
  readonly from: { readonly file: string; readonly exportName: string } | null
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
  /** Those of the tables in the code; a project may keep schemas for several databases. */
  readonly tableDialects: readonly Dialect[]
  /** Null when no `drizzle(...)` sets it. */
  readonly casing: Casing | null
  /** What the app connects to, by the variables that say where it is, e.g. `DATABASE_URL`, `REPLICA_URL`. */
  readonly connections: readonly string[]
  /** Tables that the code declares twice, with other columns. */
  readonly ambiguous: readonly string[]
  /** Environment variables that hold the connection URL. */
  readonly urlVariables: readonly string[]
  /** Environment variables that hold one part of the connection. */
  readonly partVariables: Readonly<Partial<Record<'host' | 'port' | 'user' | 'password' | 'database', string>>>
  /** Folder of SQL migrations, relative to the root. */
  readonly migrations: string | null
  /** Folders of other Drizzle configs, which make other tables. */
  readonly furtherMigrations: readonly string[]
  /** Tables of the code that no migration makes, where there are migrations. */
  readonly unmade: readonly string[]
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
  /** What middleware of packages may refuse before the route is asked, apart from its scenarios. */
  readonly gates: readonly GateFact[]
  readonly sessions: readonly SessionFact[]
  /** Tables that the route touches, and the parents that their foreign keys need. */
  readonly tables: readonly Table[]
  /** Whether running the schema says the same of each table; empty when nothing was run. */
  readonly confirmation: readonly TableResult[]
  readonly sources: readonly VisitedSource[]
  /** Variables that are read when the app starts or by this route. */
  readonly environment: readonly string[]
  /** What this route takes of them where the code could go another way, by itself or through what was loaded before. */
  readonly assumed: readonly Assumption[]
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

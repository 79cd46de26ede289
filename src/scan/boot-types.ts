import type { Shape, SourceLocation } from './expression-types.ts'
import type { AppEntry } from './types.ts'

/** How the app comes to be, what it asks of its surroundings, and what else starts with it. */
export interface BootFacts {
  readonly apps: readonly AppBoot[]
  /** Read while the modules of the app are loaded, by name. */
  readonly environment: readonly EnvironmentVariable[]
  /** Every variable that a file of the app names, also those that only a request reads; in the order of names. */
  readonly named: readonly string[]
  /** Files that the app reads variables from, e.g. `.env` through dotenv. */
  readonly configFiles: readonly { readonly path: string; readonly at: SourceLocation }[]
  readonly starts: readonly BootStart[]
  /** What was taken of the surroundings while modules were loaded, where the code could go another way. */
  readonly assumed: readonly Assumption[]
  /** Variables that the paths of routes are made of, as `.env.test`, the code's default or a sample file has them. */
  readonly assumedTexts: readonly AssumedText[]
  /** Addresses of a database in the code itself, passwords masked. `isFallback`: used when a variable is missing. */
  readonly hardCoded: readonly { readonly text: string; readonly isFallback: boolean; readonly at: SourceLocation }[]
}

/** A condition that the surroundings of the app decide, of which one side was followed. */
export interface Assumption {
  /** The variable; null: something else that only a start of the app decides, e.g. whether a file is there. */
  readonly name: string | null
  /** What is taken to be its value; null: no more than what the condition says. */
  readonly value: string | null
  /** As the code has it. */
  readonly condition: string
  readonly taken: boolean
  /** The code that was not followed; empty when there is none. */
  readonly leftOut: string
  readonly at: SourceLocation
}

export interface AssumedText {
  readonly name: string
  readonly value: string
  /** Where the path is used. */
  readonly at: SourceLocation
}

/** What decides, when the app starts, whether a route is registered. */
export interface StartCondition {
  readonly condition: string
  /** How it has to fall. */
  readonly wanted: boolean
  /** Whether it falls so in a test, as far as analysis assumes. */
  readonly holds: boolean
  readonly at: SourceLocation
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
  /** Whether conditions at import were followed as with a value, or as without one; null: none asked, or any process has it. */
  readonly assumedSet: boolean | null
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

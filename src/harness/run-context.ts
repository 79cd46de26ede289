import type { DeskAddress } from './database/template-desk.ts'
import type { ProjectFacts } from './project-facts.ts'

/** What the global setup hands to the workers; plain JSON. */
export interface RunContext {
  /** In the name of every database of this run. */
  readonly id: string
  readonly root: string
  /** Null where itest can't make the project's database, for tests that ask nothing of it. */
  readonly facts: ProjectFacts | null
  /** The user's config, which has the functions of `auth`; null: there is none. */
  readonly config: string | null
  /** Where to ask for the template, which is made when somebody asks. */
  readonly desk: DeskAddress
}

/** How the tests of one run of `itest flaky` run; plain JSON. */
export interface RoundContext {
  /** Of the tests within each file; a number is what Vitest would shuffle them by, null: as they stand. */
  readonly order: number | 'reversed' | null
  /** By file, relative to the root: which tests run, in this order. Files that have no entry run whole. */
  readonly orders: Readonly<Record<string, readonly string[]>>
  /** The name of one database for all files, which then listen on the ports that they ask for; null: to each its own. */
  readonly shared: string | null
}

declare module 'vitest' {
  interface ProvidedContext {
    itest: RunContext
    itestRequestLimitMs: number
    itestClientPerTest: boolean
    /** Of what the harness reports of a test; whoever reads it takes it away. */
    itestSealKey: string
    itestJournal: string
    /** The project's own config has no itest(): it was put in for this run. */
    itestIsGuest: boolean
    itestEngine: 'auto' | 'postgres' | 'pglite'
    itestDatabaseUrl: string
    itestConfig: string
    itestRound: RoundContext
  }
}

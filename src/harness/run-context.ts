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
  }
}

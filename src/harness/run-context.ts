import type { DeskAddress } from './database/template-desk.ts'
import type { ProjectFacts } from './project-facts.ts'

/** What the global setup hands to the workers; plain JSON. */
export interface RunContext {
  /** In the name of every database of this run. */
  readonly id: string
  readonly root: string
  readonly facts: ProjectFacts
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
    itestEngine: 'auto' | 'postgres' | 'pglite'
    itestDatabaseUrl: string
    itestConfig: string
  }
}

import type { Template } from './database/template.ts'
import type { ProjectFacts } from './project-facts.ts'

/** What the global setup hands to the workers; plain JSON. */
export interface RunContext {
  /** Of the name of every database of this run, so that its end can drop them. */
  readonly prefix: string
  readonly root: string
  readonly facts: ProjectFacts
  readonly template: Template
}

declare module 'vitest' {
  interface ProvidedContext {
    itest: RunContext
    itestRequestLimitMs: number
    itestEngine: 'auto' | 'postgres' | 'pglite'
    itestDatabaseUrl: string
  }
}

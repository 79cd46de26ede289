import * as z from 'zod'

/**
 * What the harness must know of a project before it can boot it. `itest gen` writes it to `.itest/harness.json`, so that
 * plain `vitest run` finds the same facts without analysing the code again.
 */
export const ProjectFacts = z.object({
  schema: z.literal('itest.harness/1'),
  database: z.object({
    dialect: z.enum(['postgres', 'sqlite', 'mysql']),
    /** The package that opens the file; SQLite only. */
    driver: z.enum(['better-sqlite3', 'libsql']).optional(),
    /** The app runs `@electric-sql/pglite` within itself. */
    isPglite: z.boolean().optional(),
    /** The app connects by `@neondatabase/serverless`, which wants a host name in the URL. */
    isNeon: z.boolean().optional(),
    /** Environment variables that get the URL of the test database; with SQLite its path or its `file:` URL. */
    urlVariables: z.array(z.string()),
    partVariables: z.object({
      host: z.string().optional(),
      port: z.string().optional(),
      user: z.string().optional(),
      password: z.string().optional(),
      database: z.string().optional(),
    }),
    /** Folder of SQL migrations, relative to the root; null: the tables come from `schemaFiles`. */
    migrations: z.string().nullable(),
    /** Those of the app's other databases; tests have one for all of them. */
    furtherMigrations: z.array(z.string()).optional(),
    schemaFiles: z.array(z.string()),
  }),
  /** Other variables that the app reads at start and that need some value. */
  environment: z.record(z.string(), z.string()),
})

export type ProjectFacts = z.infer<typeof ProjectFacts>

export const PROJECT_FACTS_FILE = '.itest/harness.json'

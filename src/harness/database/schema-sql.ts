import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { UserError } from '../../errors.ts'
import type { ProjectFacts } from '../project-facts.ts'
import { generateByCommand } from './old-drizzle-kit.ts'

export interface SchemaStatement {
  /** Where it comes from, relative to the root. */
  readonly file: string
  /** 1-based within the file. */
  readonly number: number
  readonly sql: string
}

export interface SchemaSql {
  readonly statements: readonly SchemaStatement[]
  /** What Drizzle's migrator writes down, so that an app that migrates at start finds its work done. */
  readonly journal: readonly { readonly hash: string; readonly when: number }[]
}

const Journal = z.object({
  dialect: z.string().optional(),
  entries: z.array(z.object({ idx: z.number(), when: z.number(), tag: z.string() })),
})
/** What drizzle-kit calls the dialects of other projects. */
const FOREIGN = {
  postgres: /^(?:sqlite|turso|mysql|singlestore)$/,
  sqlite: /^(?:postgresql|pg|mysql|singlestore|gel)$/,
  mysql: /^(?:postgresql|pg|sqlite|turso|singlestore|gel)$/,
} satisfies Record<ProjectFacts['database']['dialect'], RegExp>
const BREAKPOINT = '--> statement-breakpoint'

/**
 * The SQL that makes the project's tables: Drizzle's migrations, else plain SQL files in name order, else what
 * drizzle-kit generates from the schema files, which `importModule` loads.
 */
export async function readSchema(options: {
  root: string
  database: ProjectFacts['database']
  importModule: (file: string) => Promise<unknown>
}): Promise<SchemaSql> {
  const { root, database } = options
  if (database.migrations !== null) {
    const folders = [database.migrations, ...(database.furtherMigrations ?? [])].map((one) => readMigrations(root, one))
    // Some projects keep the migrations of the database that they had before.
    const own = folders.filter(({ dialect }) => dialect === null || !FOREIGN[database.dialect].test(dialect))
    const statements = own.flatMap((folder) => folder.statements)
    if (statements.length > 0) return { statements, journal: own.flatMap(({ journal }) => journal) }
  }
  if (database.schemaFiles.length > 0) return generateSchema(options)
  throw new UserError('Expected SQL migrations or Drizzle schema files to make the tables from, found neither.', {
    hint: 'Run `npx drizzle-kit generate`, then `itest gen` again.',
  })
}

function readMigrations(root: string, folder: string): SchemaSql & { dialect: string | null } {
  const path = join(root, folder)
  if (!existsSync(path)) {
    throw new UserError(`Expected the migrations in ${folder}, but that folder does not exist.`, {
      hint: 'Run `itest gen` again: it looks for the migrations anew.',
    })
  }
  const journal = join(path, 'meta', '_journal.json')
  if (existsSync(journal)) return readJournal(root, folder, journal)
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql') && !name.endsWith('.down.sql'))
    .sort()
  const statements = files.flatMap((name) => readStatements(root, `${folder}/${name}`))
  return { statements, journal: [], dialect: null }
}

function readJournal(root: string, folder: string, journal: string): SchemaSql & { dialect: string | null } {
  const { entries, dialect } = Journal.parse(JSON.parse(readFileSync(journal, 'utf8')))
  const files = entries
    .toSorted((a, b) => a.idx - b.idx)
    .map((entry) => ({ file: `${folder}/${entry.tag}.sql`, when: entry.when }))
  return {
    statements: files.flatMap(({ file }) => readStatements(root, file)),
    journal: files.map(({ file, when }) => ({ hash: hashOf(readFileSync(join(root, file))), when })),
    dialect: dialect ?? null,
  }
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content.toString()).digest('hex')
}

function readStatements(root: string, file: string): SchemaStatement[] {
  if (!existsSync(join(root, file))) {
    throw new UserError(`Expected the migration ${file}, which the journal names, but it does not exist.`, {
      hint: 'Restore the file, or run `npx drizzle-kit generate`.',
    })
  }
  const parts = readFileSync(join(root, file), 'utf8').split(BREAKPOINT)
  return parts.map((sql, index) => ({ file, number: index + 1, sql })).filter(({ sql }) => sql.trim() !== '')
}

interface Generator {
  /** What drizzle-kit makes of a schema, and of two of those. */
  readonly describe: (schema: Record<string, unknown>) => unknown
  readonly compare: (before: unknown, after: unknown) => Promise<string[]>
}

async function generateSchema(options: Parameters<typeof readSchema>[0]): Promise<SchemaSql> {
  const file = options.database.schemaFiles.join(', ')
  const kit = await importDrizzleKit(options.root)
  if (typeof kit === 'string') {
    const { statements } = await generateByCommand({ ...options, kit }, (folder) => readMigrations(folder, 'out'))
    return { statements: statements.map((statement) => ({ ...statement, file })), journal: [] }
  }
  const { describe, compare } = readGenerator(kit, options.database.dialect)
  const exported: Record<string, unknown> = {}
  for (const file of options.database.schemaFiles) {
    const module: unknown = await options.importModule(join(options.root, file))
    const known = new Set(Object.values(exported))
    // Files may call their tables the same: `default`, when each exports one.
    for (const [name, value] of Object.entries(Object(module))) {
      if (!known.has(value)) exported[`${file} ${name}`] = value
    }
  }
  // One after the other: for SQLite and MySQL they are promises.
  const statements = await compare(await describe({}), await describe(exported))
  return { statements: statements.map((sql, index) => ({ file, number: index + 1, sql })), journal: [] }
}

interface DrizzleKit {
  readonly generateDrizzleJson: Generator['describe']
  readonly generateMigration: Generator['compare']
  readonly generateSQLiteDrizzleJson: Generator['describe']
  readonly generateSQLiteMigration: Generator['compare']
  readonly generateMySQLDrizzleJson: Generator['describe']
  readonly generateMySQLMigration: Generator['compare']
}

function readGenerator(kit: DrizzleKit, dialect: ProjectFacts['database']['dialect']): Generator {
  return {
    postgres: { describe: kit.generateDrizzleJson, compare: kit.generateMigration },
    sqlite: { describe: kit.generateSQLiteDrizzleJson, compare: kit.generateSQLiteMigration },
    mysql: { describe: kit.generateMySQLDrizzleJson, compare: kit.generateMySQLMigration },
  }[dialect]
}

/** Whether tables can be made of schema files. */
export function hasDrizzleKit(root: string): boolean {
  return findKitFolder(root) !== null
}

/** What can be called, or the folder of a drizzle-kit that has nothing of the kind, as before 0.22. */
async function importDrizzleKit(root: string): Promise<DrizzleKit | string> {
  const path = resolveFrom(root, 'drizzle-kit/api')
  if (path) {
    const kit: DrizzleKit & { default?: DrizzleKit } = await import(pathToFileURL(path).href)
    return kit.default ?? kit
  }
  const old = findKitFolder(root)
  if (old) return old
  throw new UserError('There are no SQL migrations, and drizzle-kit, which could make them, is missing.', {
    hint: 'Add drizzle-kit to the project (`npm install -D drizzle-kit`), or generate migrations with it.',
  })
}

/** It shows its main file, or, before 0.20, has none. */
function findKitFolder(root: string): string | null {
  const file = resolveFrom(root, 'drizzle-kit') ?? resolveFrom(root, 'drizzle-kit/package.json')
  return file === null ? null : dirname(file)
}

function resolveFrom(root: string, name: string): string | null {
  try {
    return createRequire(join(root, 'package.json')).resolve(name)
  } catch {
    return null
  }
}

import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { confirmTables } from '../../src/scan/confirm-tables/confirm-tables.ts'
import type { TableConfirmation } from '../../src/scan/confirm-tables/types.ts'
import { scanProject } from '../../src/scan/scan.ts'
import type { Codebase, Table } from '../../src/scan/types.ts'
import { type SourceOptions, withProjectAsync } from './scan-source.ts'

const OWN_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

export interface ConfirmSetup extends SourceOptions {
  readonly timeoutMs?: number
  /** Makes the analysis wrong before it is confirmed. */
  readonly spoil?: (table: Table) => Table
}

/** An app with a database and no table. */
export const APP = `import express from 'express'
import { drizzle } from 'drizzle-orm/node-postgres'
export const db = drizzle(process.env.DATABASE_URL!)
export const app = express()
app.get('/', (req, res) => res.end())`

/** The confirmation of a project of these files, with the real drizzle-orm installed. */
export function confirm(
  files: Readonly<Record<string, string>>,
  options: ConfirmSetup = {},
): Promise<TableConfirmation> {
  return withProjectAsync({ 'src/app.ts': APP, ...files }, options, async (root) => {
    mkdirSync(path.join(root, 'node_modules'))
    for (const name of ['drizzle-orm', 'zod'])
      symlinkSync(path.join(OWN_MODULES, name), path.join(root, 'node_modules', name))
    const { files: projectFiles, codebase } = scanProject(root)
    const spoiled: Codebase = options.spoil ? { ...codebase, tables: codebase.tables.map(options.spoil) } : codebase
    return confirmTables(projectFiles, spoiled, options)
  })
}

/** `users yes`, or with the reason or the differences. */
export function outline({ results }: TableConfirmation): string[] {
  return results.map((result) => {
    if (result.confirmed === 'yes') return `${result.table} yes`
    if (result.confirmed === 'not-run') return `${result.table} not run: ${result.reason}`
    return `${result.table} differs: ${result.differences.map(({ what }) => what).join(', ')}`
  })
}

const CORE = {
  pg: 'integer, pgTable, serial, text',
  sqlite: 'integer, sqliteTable, text',
  mysql: 'int, mysqlTable, varchar',
}

/** A schema file whose imports take one line. */
export function schema(text: string, dialect: keyof typeof CORE = 'pg'): string {
  return `import { ${CORE[dialect]} } from 'drizzle-orm/${dialect}-core'\n${text}`
}

export const USERS = schema(
  "export const users = pgTable('users', { id: serial('id').primaryKey(), email: text().notNull() })",
)

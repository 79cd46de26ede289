import type { Codebase, Column, Table } from '../../src/scan/types.ts'
import { scanFiles } from './scan-source.ts'

const BUILDERS = {
  pg: 'bigint, bigserial, boolean, char, check, customType, date, doublePrecision, foreignKey, index, inet, integer, jsonb, numeric, pgEnum, pgSchema, pgTable, pgTableCreator, pgView, point, primaryKey, real, serial, smallint, text, time, timestamp, type AnyPgColumn, unique, uniqueIndex, uuid, varchar, vector',
  sqlite:
    'blob, check, foreignKey, index, int, integer, numeric, primaryKey, real, sqliteTable, sqliteTableCreator, text, unique, uniqueIndex',
  mysql:
    'bigint, binary, boolean, date, datetime, decimal, int, json, mysqlEnum, mysqlSchema, mysqlTable, primaryKey, serial, singlestoreTable, text, timestamp, tinytext, varchar, year',
}

export interface SchemaOptions {
  readonly dialect?: keyof typeof BUILDERS
  readonly casing?: string
  readonly files?: Readonly<Record<string, string>>
}

/** What the scan says of an app with this schema; the builders of the dialect and `sql` are in scope from line 4 on. */
export function codebaseOf(schema: string, { dialect = 'pg', casing, files = {} }: SchemaOptions = {}): Codebase {
  const options = casing ? `, { casing: ${casing} }` : ''
  return scanFiles({
    'src/schema.ts': `import { ${BUILDERS[dialect]} } from 'drizzle-orm/${dialect}-core'
import { and, eq, isNull, relations, sql } from 'drizzle-orm'
${schema}`,
    'src/app.ts': `import express from 'express'
import { drizzle } from 'drizzle-orm/node-postgres'
export const db = drizzle(process.env.DATABASE_URL!${options})
export const app = express()
app.get('/', (req, res) => res.end())`,
    ...files,
  })
}

export function tablesOf(schema: string, options: SchemaOptions = {}): readonly Table[] {
  return codebaseOf(schema, options).tables
}

export function tableOf(schema: string, options: SchemaOptions = {}): Table {
  const [table] = tablesOf(schema, options)
  if (!table) throw new Error('no table')
  return table
}

/** The column `it` of a table with that builder and an `id`. */
export function columnOf(builder: string, options: SchemaOptions = {}): Column {
  const make = `${options.dialect ?? 'pg'}Table`
  const table = tableOf(`export const things = ${make}('things', { it: ${builder} })`, options)
  const [column] = table.columns
  if (!column) throw new Error('no column')
  return column
}

export function unresolvedOf(schema: string, options: SchemaOptions = {}): string[] {
  return codebaseOf(schema, options).unresolved.map(({ what, at }) => `${what} ${at.file}:${at.line}`)
}

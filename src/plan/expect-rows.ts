import type { Dossier } from '../scan/types.ts'
import { toExpected } from './expect.ts'
import { isWrite, tableOf } from './expressions.ts'
import type { Solution } from './solve-scenario.ts'
import { readTable, type StoredRow, type Tables } from './tables.ts'
import type { Expectation, ExpectationSource, Expected } from './types.ts'
import { hasPart, isGenerated, isUnsure } from './values.ts'

/** What the tables that the route writes hold, as far as that is certain. */
export function expectTables(dossier: Dossier, tables: Tables, source: ExpectationSource): Expectation[] {
  return writtenTables(dossier).flatMap((name) => expectTable(dossier, tables, { name, source }))
}

/** Tables that any way through the route writes. */
export function writtenTables(dossier: Dossier): string[] {
  const writes = dossier.scenarios.flatMap((scenario) => scenario.events.filter(isWrite))
  return [...new Set(writes.flatMap((write) => write.table ?? []))]
}

export function expectTable(
  dossier: Dossier,
  tables: Tables,
  { name, source }: { name: string; source: ExpectationSource },
): Expectation[] {
  const { rows, certain } = readTable(tables, name)
  if (!certain || !tableOf(dossier, name)) return []
  const areStored = rows.every((row) => row.seed === null)
  // Several rows come back in no certain order once one of them was there before or was updated.
  const isOrdered = rows.length === 1 || (areStored && rows.every((row) => isUntouched(row)))
  const seen = rows.map(visibleColumns)
  if (rows.length === 0 || !isOrdered || seen.some((row) => Object.keys(row).length === 0))
    return [{ observable: 'row-count', table: name, count: rows.length, source }]
  return [{ observable: 'rows', table: name, match: 'part', rows: seen, source }]
}

/**
 * A column that an update writes and whose value nobody knows before the run, in a row of which nothing else that was
 * written is known: rows that look right would say nothing of the update. Null when there is none.
 */
export function findHiddenUpdate({ scenario, tables }: Pick<Solution, 'scenario' | 'tables'>): string | null {
  const updated = scenario.events.filter((event) => isWrite(event) && event.operation === 'update')
  for (const name of new Set(updated.flatMap((event) => (event.kind === 'db' ? (event.table ?? []) : [])))) {
    const { rows } = readTable(tables, name)
    const hidden = rows.find(
      (row) => !row.seed && row.written.length > 0 && !row.written.some((key) => key in visibleColumns(row)),
    )
    if (hidden) return `${name}.${hidden.written[0]}`
  }
  return null
}

function isUntouched(row: StoredRow): boolean {
  return new Set(row.written).size === row.written.length
}

/** Given values and literal defaults; ids and timestamps that the database makes say nothing about the route. */
function visibleColumns(row: StoredRow): { readonly [key: string]: Expected } {
  const { seed } = row
  if (seed && Object.keys(seed.row).every((key) => !isGenerated(row.values[key]) && !isUnsure(row.values[key])))
    return asRecord(toExpected(seed.row, 'row'))
  return Object.fromEntries(
    Object.entries(row.values).flatMap(([key, value]): [string, Expected][] => {
      const expected = hasPart(value, isUnsure) ? undefined : toExpected(value, 'row')
      if (expected === undefined || expected === null) return []
      return isGenerated(value) && !isFilled(row, key, value.$any) ? [] : [[key, expected]]
    }),
  )
}

/** A date that an update sets, such as `deletedAt`, is worth seeing although only the run knows it. */
function isFilled(row: StoredRow, key: string, kind: string): boolean {
  return kind === 'Date' && row.written.includes(key)
}

function asRecord(value: Expected | undefined): { readonly [key: string]: Expected } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

import type { DrizzleConfig } from '../../scan/confirm-tables/open-drizzle.ts'
import { findState, getState } from '../state.ts'
import { createRowMaker, type Factory } from './factory.ts'
import type { TableLike, TestDatabase } from './test-database.ts'

/** A factory that reads tables with the user's own Drizzle. */
export async function openFactory(db: TestDatabase): Promise<Factory> {
  const readConfig: unknown = await openReader()
  if (typeof readConfig !== 'function') throw new Error('Drizzle gave no getTableConfig; which version is installed?')
  const configOf = (table: TableLike): DrizzleConfig => Reflect.apply(readConfig, null, [table])
  const rowMaker: unknown = createRowMaker({ db, configOf, made: () => getState().made })
  if (!isFactory(rowMaker)) throw new Error('The factory of itest lacks a part.')
  return rowMaker
}

async function openReader(): Promise<unknown> {
  const core =
    findState()?.database?.dialect === 'sqlite'
      ? await import('drizzle-orm/sqlite-core')
      : await import('drizzle-orm/pg-core')
  return core.getTableConfig
}

// Drizzle's own types meet ours here, and nowhere else.
function isFactory(value: unknown): value is Factory {
  return typeof value === 'object' && value !== null && 'create' in value
}

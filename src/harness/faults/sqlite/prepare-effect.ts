import type { SideConnection } from '../../database/side-connection.ts'
import { type ConstraintKey, type Effect, sqlstateOf } from '../effects.ts'
import type { FaultTarget } from '../rules.ts'
import { cannot, UNSUPPORTED } from '../unsupported.ts'
import { describeFailure } from './failures.ts'

const STATEMENT_TIMEOUT = '57014'

/** Names the constraint that a violation is of, with its columns; rejects what a database without a server can't do. */
export async function prepareEffect(side: SideConnection, target: FaultTarget, effect: Effect): Promise<Effect> {
  if (effect.kind === 'cut') throw cannot(UNSUPPORTED.sqlite.cut)
  if (effect.kind === 'delay') return effect
  if (sqlstateOf(effect) === STATEMENT_TIMEOUT) throw cannot(UNSUPPORTED.sqlite.timeOut)
  if (describeFailure(effect, target.table) === null) {
    throw cannot(`SQLite has no error that stands for ${sqlstateOf(effect)}`)
  }
  if (target.table === null) return effect
  const { constraint } = effect.details
  if (effect.failure === 'foreign-key-violation') {
    await assertForeignKey(side, target.table.name, target.operation)
    return effect
  }
  if (effect.failure !== 'unique-violation') return effect
  const found = await listUnique(side, target.table.name)
  const chosen = found.find(({ name }) => constraint === undefined || name === constraint)
  if (chosen) return { ...effect, details: { ...effect.details, constraint: chosen.name }, key: chosen.key }
  const names = found.map(({ name }) => name).join(', ') || 'none'
  const wanted = constraint === undefined ? 'a unique constraint' : `the unique constraint ${constraint}`
  throw new Error(`Expected ${wanted} of ${target.table.name}, found ${names}.`)
}

interface Unique {
  readonly name: string
  readonly key: ConstraintKey
}

/** In the order of their making; the primary key comes last, because few apps choose its values. */
async function listUnique(side: SideConnection, table: string): Promise<Unique[]> {
  const rows = await side.query(
    `SELECT l.name, l.origin = 'pk', json_group_array(i.name) FROM pragma_index_list(?) l, pragma_index_info(l.name) i
     WHERE l."unique" GROUP BY l.name HAVING count(i.name) = count(*) ORDER BY l.origin = 'pk', l.seq DESC`,
    [table],
    'array',
  )
  // A key of one integer is the row's own number and has no index.
  const keys = await side.query(
    "SELECT 'PRIMARY KEY', 1, json_group_array(name) FROM pragma_table_info(?) WHERE pk > 0 HAVING count(*) > 0",
    [table],
    'array',
  )
  const hasIndex = rows.some((row) => Array.isArray(row) && row[1] === 1)
  return [...rows, ...(hasIndex ? [] : keys)].map(readUnique)
}

function readUnique(row: readonly unknown[] | object): Unique {
  const [name, isPrimary, columns] = Array.isArray(row) ? row : []
  const parsed: unknown = JSON.parse(String(columns))
  return {
    name: String(name),
    key: {
      columns: Array.isArray(parsed) ? parsed.map(String) : [],
      otherTable: null,
      isPrimary: isPrimary === 1,
    },
  }
}

/** SQLite names no foreign key in its message, so any will do. */
async function assertForeignKey(side: SideConnection, table: string, operation: string): Promise<void> {
  const sql =
    operation === 'delete'
      ? `SELECT 1 FROM sqlite_schema s, pragma_foreign_key_list(s.name) f
         WHERE s.type = 'table' AND lower(f."table") = lower(?) LIMIT 1`
      : 'SELECT 1 FROM pragma_foreign_key_list(?) LIMIT 1'
  const found = await side.query(sql, [table], 'array')
  if (found.length === 0) throw new Error(`Expected a foreign key of ${table}, found none.`)
}

import type { SideConnection } from '../../database/side-connection.ts'
import { type ConstraintKey, type Effect, sqlstateOf } from '../effects.ts'
import type { FaultTarget } from '../rules.ts'
import { cannot } from '../unsupported.ts'
import { describeFailure, type ServerNames } from './failures.ts'

/** Names the constraint that a violation is of, with its columns; rejects what MySQL has no error for. */
export async function prepareEffect(
  { side, ...names }: ServerNames & { side: SideConnection },
  target: FaultTarget,
  effect: Effect,
): Promise<Effect> {
  if (effect.kind !== 'fail') return effect
  if (describeFailure(effect, { target, statement: null, names }) === null) {
    throw cannot(`MySQL has no error that stands for ${sqlstateOf(effect)}`)
  }
  const { failure, details } = effect
  if (target.table === null || (failure !== 'unique-violation' && failure !== 'foreign-key-violation')) return effect
  const kind = failure === 'unique-violation' ? 'unique constraint' : 'foreign key'
  const sql = failure === 'unique-violation' ? UNIQUE : target.operation === 'delete' ? REFERENCES : FOREIGN_KEYS
  const found = await side.query(sql, [names.database, target.table.name], 'array')
  const constraints = found.map(readConstraint)
  const chosen = constraints.find(({ name }) => details.constraint === undefined || name === details.constraint)
  if (chosen) return { ...effect, details: { ...details, constraint: chosen.name }, key: chosen.key }
  const known = constraints.map(({ name }) => name)
  const wanted = details.constraint === undefined ? `a ${kind}` : `the ${kind} ${details.constraint}`
  throw new Error(`Expected ${wanted} of ${target.table.name}, found ${known.length > 0 ? known.join(', ') : 'none'}.`)
}

// The primary key comes last: few apps choose its values.
const UNIQUE = `
  SELECT index_name, null, GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR '\\0'), ''
  FROM information_schema.statistics WHERE table_schema = ? AND table_name = ? AND non_unique = 0
  GROUP BY index_name ORDER BY index_name = 'PRIMARY', index_name`

const FOREIGN_KEYS = `
  SELECT constraint_name, MAX(referenced_table_name), GROUP_CONCAT(column_name ORDER BY ordinal_position SEPARATOR '\\0'),
    GROUP_CONCAT(referenced_column_name ORDER BY ordinal_position SEPARATOR '\\0')
  FROM information_schema.key_column_usage
  WHERE table_schema = ? AND table_name = ? AND referenced_table_name IS NOT NULL
  GROUP BY constraint_name ORDER BY constraint_name`

const REFERENCES = `
  SELECT constraint_name, table_name, GROUP_CONCAT(referenced_column_name ORDER BY ordinal_position SEPARATOR '\\0'),
    GROUP_CONCAT(column_name ORDER BY ordinal_position SEPARATOR '\\0')
  FROM information_schema.key_column_usage WHERE referenced_table_schema = ? AND referenced_table_name = ?
  GROUP BY constraint_name, table_name ORDER BY table_name, constraint_name`

function readConstraint(row: readonly unknown[] | object): { name: string; key: ConstraintKey } {
  const [name, other, columns, otherColumns] = Array.isArray(row) ? row : []
  return {
    name: String(name),
    key: {
      columns: String(columns).split('\0'),
      otherTable: other === null ? null : String(other),
      otherColumns: String(otherColumns).split('\0'),
    },
  }
}

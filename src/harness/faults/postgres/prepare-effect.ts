import type { SideConnection } from '../../database/side-connection.ts'
import type { ConstraintKey, Effect } from '../effects.ts'
import type { FaultTarget } from '../rules.ts'
import type { TableName } from '../statement.ts'

/** Names the constraint that a violation is of, with its columns, as the catalog has them. */
export async function prepareEffect(side: SideConnection, target: FaultTarget, effect: Effect): Promise<Effect> {
  if (effect.kind !== 'fail' || target.table === null) return effect
  const { failure, details } = effect
  if (failure !== 'unique-violation' && failure !== 'foreign-key-violation') return effect
  const kind = failure === 'unique-violation' ? 'unique constraint' : 'foreign key'
  const sql = failure === 'unique-violation' ? UNIQUE : target.operation === 'delete' ? REFERENCES : FOREIGN_KEYS
  const found = await side.query(sql, [quote(target.table)], 'array')
  const constraints = found.map(readConstraint)
  const chosen = constraints.find(({ name }) => details.constraint === undefined || name === details.constraint)
  if (chosen) return { ...effect, details: { ...details, constraint: chosen.name }, key: chosen.key }
  const names = constraints.map(({ name }) => name)
  const wanted = details.constraint === undefined ? `a ${kind}` : `the ${kind} ${details.constraint}`
  throw new Error(`Expected ${wanted} of ${target.table.name}, found ${names.length > 0 ? names.join(', ') : 'none'}.`)
}

// The primary key comes last: few apps choose its values.
const UNIQUE = `
  SELECT x.relname, null, (SELECT json_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum))
    FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey))::text
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
  WHERE i.indisunique AND i.indrelid = to_regclass($1) ORDER BY i.indisprimary, x.oid`

const FOREIGN_KEYS = `
  SELECT c.conname, r.relname, (SELECT json_agg(a.attname) FROM pg_attribute a
    WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))::text
  FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid
  WHERE c.contype = 'f' AND c.conrelid = to_regclass($1) ORDER BY c.oid`

const REFERENCES = `
  SELECT c.conname, r.relname, (SELECT json_agg(a.attname) FROM pg_attribute a
    WHERE a.attrelid = c.confrelid AND a.attnum = ANY (c.confkey))::text
  FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
  WHERE c.contype = 'f' AND c.confrelid = to_regclass($1) ORDER BY c.oid`

function readConstraint(row: readonly unknown[] | object): { name: string; key: ConstraintKey } {
  const [name, other, columns] = Array.isArray(row) ? row : []
  const parsed: unknown = JSON.parse(String(columns))
  return {
    name: String(name),
    key: {
      columns: Array.isArray(parsed) ? parsed.map(String) : [],
      otherTable: other === null ? null : String(other),
    },
  }
}

function quote({ schema, name }: TableName): string {
  const parts = schema === null ? [name] : [schema, name]
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}

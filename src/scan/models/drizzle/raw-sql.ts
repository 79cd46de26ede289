import type { Machine } from '../../interpret/machine.ts'
import type { DbValue, QueryValue, TableValue, Value } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { Expression } from '../../types.ts'
import { startQuery } from './queries.ts'

/** A statement as text, with the values that are bound to it, where the driver takes them. */
export function startRaw(machine: Machine, owner: DbValue, args: readonly Value[], node: ts.Node): QueryValue {
  const [statement, bound] = args
  // `query({ text, values })` of pg.
  const text = statement?.kind === 'object' ? (statement.fields.get('text') ?? statement.fields.get('sql')) : statement
  const given = statement?.kind === 'object' ? (statement.fields.get('values') ?? statement.fields.get('args')) : bound
  const table = text?.kind === 'table' ? text : findTable(machine, text)
  const query = startQuery(owner, { operation: 'raw', table, where: text ?? statement, node })
  return { ...query, values: given && given.kind !== 'function' ? given : null }
}

const NAME = String.raw`(?:["\x60[]?(\w+)["\x60\]]?\.)?["\x60[]?(\w+)["\x60\]]?`
const WRITING = new RegExp(
  String.raw`^\s*(?:insert\s+(?:or\s+\w+\s+|ignore\s+)?into|replace\s+into|update|delete\s+from)\s+(?:only\s+)?${NAME}`,
  'i',
)
const READING = new RegExp(String.raw`^\s*select\b([\s\S]*?)\bfrom\s+(?:only\s+)?${NAME}`, 'i')

/** The known table that a statement is about, by how it begins; null for any other statement. */
function findTable(machine: Machine, statement: Value | undefined): TableValue | null {
  const text = statement ? textOf(statement) : null
  if (text === null) return null
  const written = text.match(WRITING)
  const read = written ? null : text.match(READING)
  // The `from` of `extract(year from at)`, or of a query inside the list, is another one.
  if (read && !isPlainList(read[1] ?? '')) return null
  const [schema, name] = (written ?? read)?.slice(-2) ?? []
  const found = [...machine.tables.values()].filter(
    (table) => table.sqlName === name && (schema === undefined || (table.schema ?? 'public') === schema),
  )
  return found.length === 1 ? (found[0] ?? null) : null
}

function isPlainList(list: string): boolean {
  return !/\bselect\b/i.test(list) && list.split('(').length === list.split(')').length
}

/** The words of a statement; a table in a hole of a template is written out. */
function textOf(statement: Value): string | null {
  if (statement.kind === 'literal') return typeof statement.value === 'string' ? statement.value : null
  if (statement.kind !== 'symbol' || statement.expression.kind !== 'operation') return null
  const { name, operands } = statement.expression
  const [first, ...holes] = operands
  const words = first?.kind === 'literal' && typeof first.value === 'string' ? first.value : null
  // The last word may go on in what is joined to it.
  if (words === null || name === 'concat') return words?.replace(/\w+$/, '') ?? null
  if (!/(?:^|\.)(?:sql|raw)$/.test(name)) return null
  let next = 0
  return words.replace(/^`|`$/g, '').replace(/\$\{[^{}]*\}/g, () => {
    next += 1
    return tableName(holes[next - 1]) ?? '?'
  })
}

function tableName(hole: Expression | undefined): string | null {
  const [name] = hole?.kind === 'operation' && hole.name === 'table' ? hole.operands : []
  return name?.kind === 'literal' ? String(name.value) : null
}

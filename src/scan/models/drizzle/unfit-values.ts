import { partsOf } from '../../expressions.ts'
import { express, shownFields } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import type { QueryValue, Value } from '../../interpret/values.ts'
import { showWritten } from '../../interpret/written-fields.ts'
import type { Column } from '../../types.ts'

/** Says so where a statement writes an object to a column of numbers, truth values, dates or UUIDs, which no database takes. */
export function noteUnfitValues(machine: Machine, { table, values, node }: QueryValue): void {
  const rows = values?.kind === 'array' ? values.items : [values]
  for (const row of rows) {
    if (!table || row?.kind !== 'object') continue
    for (const [key, value] of shownFields(row)) {
      const column = table.columns.find((candidate) => candidate.key === key)
      if (!column || !isScalar(column) || !isPlainObject(machine, value)) continue
      const what = `an object is written to ${table.name}.${column.name}, which is a ${column.type}: the database will refuse it`
      noteUnresolved(machine, what, node)
    }
  }
}

const UUID = /^[{(]?[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}[)}]?$/i

/** The same where a text such as '' is looked for among UUIDs. */
export function noteUnfitKeys(machine: Machine, { where, node }: QueryValue): void {
  if (!where) return
  for (const part of partsOf(express(where))) {
    const [left, right] = part.kind === 'operation' && part.name === 'eq' ? part.operands : []
    if (left?.kind !== 'column' || right?.kind !== 'literal' || typeof right.value !== 'string') continue
    const column = machine.tables.get(left.table)?.columns.find(({ key }) => key === left.column)
    if (column?.type !== 'uuid' || UUID.test(right.value)) continue
    const what = `'${right.value}' is looked for in ${left.table}.${column.name}, which is a uuid: the database will refuse it`
    noteUnresolved(machine, what, node)
  }
}

function isScalar({ type, json }: Column): boolean {
  return json === 'number' || json === 'boolean' || json === 'date' || type === 'uuid'
}

/** No date, SQL or other value of a class; what the code writes fields to is an object, too. */
function isPlainObject({ run }: Machine, value: Value): boolean {
  if (value.kind === 'object') return value.type === null
  return run !== null && value.kind === 'symbol' && showWritten(run, value.expression).kind === 'object'
}

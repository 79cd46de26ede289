import { shownFields } from '../../interpret/express-value.ts'
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

function isScalar({ type, json }: Column): boolean {
  return json === 'number' || json === 'boolean' || json === 'date' || type === 'uuid'
}

/** No date, SQL or other value of a class; what the code writes fields to is an object, too. */
function isPlainObject({ run }: Machine, value: Value): boolean {
  if (value.kind === 'object') return value.type === null
  return run !== null && value.kind === 'symbol' && showWritten(run, value.expression).kind === 'object'
}

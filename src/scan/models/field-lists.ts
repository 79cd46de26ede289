import { shownFields } from '../interpret/express-value.ts'
import type { Machine } from '../interpret/machine.ts'
import { refuseNothing } from '../interpret/nothing.ts'
import { array, literal, native, operation, symbol, UNDEFINED, type Value } from '../interpret/values.ts'

type Pick = (key: string, field: Value) => Value

/** `Object.keys` and its likes, by what they take of each field. */
export function fieldLister(machine: Machine, name: string, pick: Pick): Value {
  return native(name, ([value = UNDEFINED], node) => {
    refuseNothing(machine, value, { use: 'Cannot convert undefined or null to object', node })
    return listFields(value, pick)
  })
}

/** The fields that are surely there; open when more may be. */
function listFields(value: Value, pick: Pick): Value {
  if (value.kind === 'object') {
    const fields = shownFields(value)
    const known = fields.filter(([key]) => !key.startsWith('...'))
    const listed = array(
      known.map(([key, field]) => pick(key, field)),
      value.open || known.length < fields.length,
    )
    if (!value.fields.has('#partial')) return listed
    return { ...listed, count: operation('member', operation('entries', value), literal('length')) }
  }
  if (value.kind === 'namespace') return array(value.names().map((key) => pick(key, value.member(key) ?? UNDEFINED)))
  if (value.kind === 'table') {
    return array(value.columns.map(({ key }) => pick(key, symbol({ kind: 'column', table: value.name, column: key }))))
  }
  return operation('entries', value)
}

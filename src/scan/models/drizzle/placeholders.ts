import { express } from '../../interpret/express-value.ts'
import { type QueryValue, symbol, UNDEFINED, type Value } from '../../interpret/values.ts'
import type { Expression } from '../../types.ts'

/** The query of `prepared.execute({ id })`, with the values in the places of `sql.placeholder('id')`. */
export function fillPlaceholders(query: QueryValue, given: Value | undefined): QueryValue {
  if (given?.kind !== 'object') return query
  const fields = new Map([...given.fields].map(([name, value]) => [name, express(value)]))
  const fill = (value: Value | null): Value | null => fillValue(value, fields)
  return {
    ...query,
    where: fill(query.where),
    limit: fill(query.limit),
    offset: fill(query.offset),
    values: fill(query.values),
  }
}

type Fields = ReadonlyMap<string, Expression>

function fillValue(value: Value | null, fields: Fields): Value | null {
  if (value?.kind === 'symbol') return symbol(fillExpression(value.expression, fields))
  if (value?.kind === 'array') return { ...value, items: value.items.map((item) => fillValue(item, fields) ?? item) }
  if (value?.kind !== 'object') return value
  const filled = [...value.fields].map(([name, field]) => [name, fillValue(field, fields) ?? UNDEFINED] as const)
  return { ...value, fields: new Map(filled) }
}

function fillExpression(expression: Expression, fields: Fields): Expression {
  if (expression.kind === 'array')
    return { ...expression, items: expression.items.map((item) => fillExpression(item, fields)) }
  if (expression.kind !== 'operation') return expression
  const [name] = expression.operands
  if (/(?:^|\.)placeholder$/.test(expression.name) && name?.kind === 'literal')
    return fields.get(String(name.value)) ?? expression
  return { ...expression, operands: expression.operands.map((operand) => fillExpression(operand, fields)) }
}

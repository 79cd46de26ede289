import { hasPart } from '../../expressions.ts'
import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { type QueryValue, symbol, type Value } from '../../interpret/values.ts'
import type { Expression } from '../../types.ts'
import { readCondition } from '../sql/conditions.ts'
import { readTokens } from '../sql/tokens.ts'
import { partsOfText } from './raw-parts.ts'
import { dialectOfDriver, finderFor } from './raw-tables.ts'

/** The condition of a builder with what `sql` says in it, where all of that can be read, as Drizzle's operators say it. */
export function translateCondition(machine: Machine, owner: QueryValue, given: Value): Value {
  if (given.kind !== 'symbol' || !hasPart(given.expression, isSql)) return given
  return symbol(translate(machine, owner, express(given)))
}

function isSql(part: Expression): boolean {
  return part.kind === 'operation' && /(?:^|\.)sql$/.test(part.name)
}

function translate(machine: Machine, owner: QueryValue, condition: Expression): Expression {
  if (condition.kind !== 'operation') return condition
  if (/^(?:and|or|not)$/.test(condition.name))
    return { ...condition, operands: condition.operands.map((operand) => translate(machine, owner, operand)) }
  if (!isSql(condition)) return condition
  const bindings = { list: null, named: null }
  const tokens = readTokens(partsOfText(condition), { bindings, dialect: dialectOfDriver(owner.driver) })
  const tables = owner.table ? [{ label: owner.table.name, alias: owner.table.sqlName, table: owner.table }] : []
  const read = readCondition(tokens, finderFor(machine, tables))
  return tokens.length === 0 || hasPart(read, isSql) ? condition : read
}

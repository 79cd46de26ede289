import { ts } from '../syntax/syntax.ts'
import { extend } from './access.ts'
import { makeFunction } from './call.ts'
import { evaluate } from './evaluate.ts'
import { shownFields } from './express-value.ts'
import { iterate } from './loops.ts'
import type { Machine } from './machine.ts'
import { readPropertyName } from './patterns.ts'
import type { Scope } from './scope.ts'
import {
  array,
  isNullish,
  type ObjectValue,
  object,
  operation,
  type SymbolValue,
  symbol,
  UNDEFINED,
  type Value,
} from './values.ts'

export function objectLiteral(machine: Machine, node: ts.ObjectLiteralExpression, scope: Scope): Value {
  const made: ObjectValue = object()
  let open = false
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      const spread = evaluate(machine, property.expression, scope)
      open = spreadInto(made.fields, spread) || open
      continue
    }
    const name = readPropertyName(machine, property.name, scope)
    if (name === null) open = true
    else if (ts.isGetAccessorDeclaration(property)) made.getters.set(name, makeFunction(property, scope))
    else made.fields.set(name, propertyValue(machine, property, scope))
  }
  return open ? { ...made, open } : made
}

/** Copies the known fields; true when more may exist. */
function spreadInto(fields: Map<string, Value>, spread: Value): boolean {
  switch (spread.kind) {
    case 'object':
      for (const [key, value] of shownFields(spread))
        setLast(fields, key.startsWith('...') ? `...${fields.size}` : key, value)
      return spread.open
    case 'namespace':
      for (const key of spread.names()) setLast(fields, key, spread.member(key) ?? UNDEFINED)
      return false
    case 'table':
      for (const { key } of spread.columns)
        setLast(fields, key, symbol({ kind: 'column', table: spread.name, column: key }))
      return false
    case 'symbol':
      spreadSymbol(fields, spread)
      return false
    default:
      return !isNullish(spread)
  }
}

/** A later field wins, and stands where it was written last. */
function setLast(fields: Map<string, Value>, key: string, value: Value): void {
  fields.delete(key)
  fields.set(key, value)
}

/** `{ limit: 10, ...req.query }`: a field from before keeps its value only where the request leaves it out. */
function spreadSymbol(fields: Map<string, Value>, spread: SymbolValue): void {
  for (const [key, value] of fields) {
    if (key.startsWith('...')) continue
    fields.set(key, operation('default', symbol(extend(spread.expression, key)), value))
  }
  fields.set(`...${fields.size}`, spread)
}

function propertyValue(
  machine: Machine,
  property: Exclude<ts.ObjectLiteralElementLike, ts.SpreadAssignment>,
  scope: Scope,
): Value {
  if (ts.isPropertyAssignment(property)) {
    const value = evaluate(machine, property.initializer, scope)
    const isNameless = value.kind === 'function' && value.name === '' && ts.isIdentifier(property.name)
    return isNameless ? { ...value, name: property.name.text } : value
  }
  if (ts.isShorthandPropertyAssignment(property)) return evaluate(machine, property.name, scope)
  return makeFunction(property, scope)
}

export function arrayLiteral(machine: Machine, node: ts.ArrayLiteralExpression, scope: Scope): Value {
  const items: Value[] = []
  let open = false
  for (const element of node.elements) {
    if (!ts.isSpreadElement(element)) {
      items.push(evaluate(machine, element, scope))
      continue
    }
    const spread = iterate(evaluate(machine, element.expression, scope))
    if (spread.kind === 'array') items.push(...spread.items)
    open ||= spread.kind !== 'array' || spread.open
  }
  return array(items, open)
}

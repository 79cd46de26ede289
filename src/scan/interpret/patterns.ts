import { ts } from '../syntax/syntax.ts'
import { getMember } from './access.ts'
import { evaluate } from './evaluate.ts'
import type { Machine } from './machine.ts'
import { declare, type Scope } from './scope.ts'
import { array, object, operation, symbol, type Value } from './values.ts'

/** Declares the names of a pattern with their parts of the value. */
export function bindPattern(machine: Machine, name: ts.BindingName, value: Value, scope: Scope): void {
  if (ts.isIdentifier(name)) return declare(scope, name.text, value)
  if (ts.isArrayBindingPattern(name)) return bindArray(machine, name, value, scope)
  const taken: string[] = []
  for (const element of name.elements) {
    if (element.dotDotDotToken) {
      bindPattern(machine, element.name, withoutFields(value, taken), scope)
      continue
    }
    const key = readPropertyName(machine, element.propertyName ?? element.name, scope)
    if (key === null) continue
    taken.push(key)
    bindPattern(
      machine,
      element.name,
      withDefault(machine, getMember(machine, value, key, element), { element, scope }),
      scope,
    )
  }
}

function bindArray(machine: Machine, name: ts.ArrayBindingPattern, value: Value, scope: Scope): void {
  for (const [index, element] of name.elements.entries()) {
    if (ts.isOmittedExpression(element)) continue
    if (element.dotDotDotToken) {
      bindPattern(
        machine,
        element.name,
        value.kind === 'array' ? array(value.items.slice(index), value.open) : value,
        scope,
      )
      continue
    }
    bindPattern(
      machine,
      element.name,
      withDefault(machine, getMember(machine, value, String(index), element), { element, scope }),
      scope,
    )
  }
}

export function withDefault(
  machine: Machine,
  value: Value,
  { element, scope }: { element: ts.BindingElement | ts.ParameterDeclaration; scope: Scope },
): Value {
  if (!element.initializer) return value
  if (value.kind === 'literal' && value.value === undefined) return evaluate(machine, element.initializer, scope)
  if (value.kind !== 'symbol') return value
  return operation('default', value, evaluate(machine, element.initializer, scope))
}

function withoutFields(value: Value, names: readonly string[]): Value {
  if (value.kind === 'object')
    return object(
      [...value.fields].filter(([key]) => !names.includes(key)),
      { open: value.open },
    )
  if (value.kind === 'symbol') {
    return symbol({
      kind: 'operation',
      name: 'without',
      operands: [value.expression, ...names.map((name) => ({ kind: 'literal', value: name }) as const)],
    })
  }
  return value
}

/** The name that a property has in code; null when it is computed from something unknown. */
export function readPropertyName(
  machine: Machine,
  name: ts.PropertyName | ts.BindingName,
  scope: Scope,
): string | null {
  if (
    ts.isIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isNumericLiteral(name) ||
    ts.isPrivateIdentifier(name)
  )
    return name.text
  if (!ts.isComputedPropertyName(name)) return null
  const key = evaluate(machine, name.expression, scope)
  return key.kind === 'literal' ? String(key.value) : null
}

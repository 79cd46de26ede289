import type { Expression } from '../types.ts'

/** The same text for expressions that say the same, else different ones. */
export type KeyOf = (expression: Expression) => string

/**
 * Keys for the expressions of one run. Expressions grow out of each other and share their parts, so each part is looked at
 * once; as JSON a loop over a few of them would be written down a thousand times.
 */
export function createKeys(): KeyOf {
  const numbers = new Map<string, string>()
  const known = new WeakMap<Expression, string>()
  const keyOf = (expression: Expression): string => {
    const before = known.get(expression)
    if (before !== undefined) return before
    const text = describe(expression, keyOf)
    const key = numbers.get(text) ?? String(numbers.size)
    numbers.set(text, key)
    known.set(expression, key)
    return key
  }
  return keyOf
}

function describe(expression: Expression, keyOf: KeyOf): string {
  switch (expression.kind) {
    case 'operation':
      return `${JSON.stringify(expression.name)}(${expression.operands.map(keyOf).join()})`
    case 'array':
      return `[${expression.open}:${expression.items.map(keyOf).join()}]`
    case 'object': {
      const fields = Object.entries(expression.fields).map(([name, field]) => `${JSON.stringify(name)}:${keyOf(field)}`)
      return `{${expression.open}:${fields.join()}}`
    }
    default:
      return JSON.stringify(expression)
  }
}

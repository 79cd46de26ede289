import { usedBy } from '../expressions.ts'
import type { Expression, TraceEvent } from '../types.ts'

/** Every expression that an event shows. */
export function expressionsOf(event: TraceEvent): Expression[] {
  if (event.kind !== 'db') return usedBy(event)
  const shaping = [event.limit, event.offset, event.projection, event.conflict?.set ?? null]
  return [...usedBy(event), ...shaping.filter((expression) => expression !== null)]
}

export function isSame(left: Expression, right: Expression): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

export function numberOf(expression: Expression | null | undefined): number | null {
  return expression?.kind === 'literal' && typeof expression.value === 'number' ? expression.value : null
}

/** An expression as text for people: `${PAY_URL}/charges`, `body.userId`. */
export function describe(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string' ? expression.value : String(expression.value)
    case 'undefined':
      return 'undefined'
    case 'input':
      return [expression.from, ...expression.path].join('.')
    case 'env':
      return `\${${expression.name}}`
    case 'result':
      return [`answer ${expression.event}`, ...expression.path].join('.')
    case 'column':
      return `${expression.table}.${expression.column}`
    case 'operation':
      return describeOperation(expression)
    case 'unknown':
      return expression.text
    default:
      return expression.kind
  }
}

/** `${PAY_URL ?? 'http://localhost'}/charges` is `${PAY_URL}/charges`. */
function describeTextPart(part: Expression): string {
  const isFallback = part.kind === 'operation' && /^(?:\?\?|\|\|)$/.test(part.name)
  const shown = isFallback ? (part.operands[0] ?? part) : part
  return shown.kind === 'input' || shown.kind === 'result' ? `\${${describe(shown)}}` : describe(shown)
}

function describeOperation({ name, operands }: Extract<Expression, { kind: 'operation' }>): string {
  if (name === 'concat' || name === '+') return operands.map(describeTextPart).join('')
  if (operands.length === 2 && /^(?:\?\?|\|\||&&|[<>]=?|===|[-*/%])$/.test(name))
    return operands.map(describe).join(` ${name} `)
  if (name === '!' && operands[0]) return `!${describe(operands[0])}`
  if (name === 'member') return operands.map(describe).join('.')
  return operands.length === 0 ? name : `${name}(${operands.map(describe).join(', ')})`
}

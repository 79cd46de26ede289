import type { Expression, TraceEvent } from '../types.ts'

/** The expression and everything inside it. */
export function partsOf(expression: Expression): Expression[] {
  return [expression, ...childrenOf(expression).flatMap(partsOf)]
}

/** Whether the expression or anything inside it passes the test; quicker than asking its parts, of which there are many. */
export function hasPart(expression: Expression, test: (part: Expression) => boolean): boolean {
  return test(expression) || childrenOf(expression).some((child) => hasPart(child, test))
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'operation':
      return expression.operands
    case 'object':
      return Object.values(expression.fields)
    case 'array':
      return expression.items
    default:
      return []
  }
}

/** Every expression that an event shows. */
export function expressionsOf(event: TraceEvent): Expression[] {
  const given = ((): readonly (Expression | null)[] => {
    switch (event.kind) {
      case 'respond':
        return [event.status, event.body]
      case 'db':
        return [event.values, event.where, event.limit, event.offset, event.projection, event.conflict?.set ?? null]
      case 'external':
        return event.target.protocol === 'http'
          ? [event.target.method, event.target.url, event.target.headers, event.target.body]
          : event.target.arguments
      default:
        return []
    }
  })()
  return given.filter((expression) => expression !== null)
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

import type { Expression, Shape, TraceEvent } from './types.ts'

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

export interface AskedPart {
  readonly part: Expression
  readonly shape: Shape
  /** Fields of the part in whose place something else is checked. */
  readonly replaced: readonly string[]
}

/** What a schema asks of each part of what it checks: of `{ ...body, id: params.id }` the body is asked for all but `id`. */
export function askedParts(subject: Expression, shape: Shape): AskedPart[] {
  if (subject.kind !== 'object' || shape.type !== 'object') return [{ part: subject, shape, replaced: [] }]
  const entries = Object.entries(subject.fields)
  return entries.flatMap(([key, part], index) => {
    const asked = shape.fields[key]
    if (!key.startsWith('...')) return asked ? askedParts(part, asked) : []
    const replaced = entries.slice(index + 1).map(([name]) => name)
    const fields = Object.entries(shape.fields).filter(([name]) => !replaced.includes(name))
    const inner = askedParts(part, { ...shape, fields: Object.fromEntries(fields) })
    return inner.map((asked) => ({ ...asked, replaced: [...asked.replaced, ...replaced] }))
  })
}

/** What an event does with values, without what only checks or shapes them. */
export function usedBy(event: TraceEvent): Expression[] {
  switch (event.kind) {
    case 'respond':
      return [event.status, event.body].filter((expression) => expression !== null)
    case 'db':
      return [event.values, event.where].filter((expression) => expression !== null)
    case 'external':
      return event.target.protocol === 'http'
        ? [event.target.method, event.target.url, event.target.headers, event.target.body]
        : [...event.target.arguments]
    default:
      return []
  }
}

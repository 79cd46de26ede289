import type { Expression, TraceEvent } from '../types.ts'

/** The expression and everything inside it. */
export function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'object':
      return [expression, ...Object.values(expression.fields).flatMap(partsOf)]
    case 'array':
      return [expression, ...expression.items.flatMap(partsOf)]
    case 'operation':
      return [expression, ...expression.operands.flatMap(partsOf)]
    default:
      return [expression]
  }
}

/** What an event does with values, without what only checks them. */
export function usedBy(event: TraceEvent): Expression[] {
  switch (event.kind) {
    case 'respond':
      return [event.status, ...(event.body ? [event.body] : [])]
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

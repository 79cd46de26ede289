import type { Expression, TraceEvent } from '../types.ts'
import { express } from './express-value.ts'
import type { Run } from './machine.ts'

/**
 * The event with every value that the code wrote fields to in this run shown as it is now: after
 * `req.body.password = hash`, `values(req.body)` is the body with another password.
 */
export function withWritten(run: Run, event: TraceEvent): TraceEvent {
  const show = (expression: Expression): Expression => showWritten(run, expression)
  const showOrNull = (expression: Expression | null): Expression | null => (expression ? show(expression) : null)
  switch (event.kind) {
    case 'respond':
      return { ...event, status: show(event.status), body: showOrNull(event.body) }
    case 'db':
      return { ...event, values: showOrNull(event.values), where: showOrNull(event.where) }
    case 'external': {
      const { target } = event
      if (target.protocol === 'package') {
        return { ...event, target: { ...target, arguments: target.arguments.map(show) } }
      }
      return {
        ...event,
        target: { ...target, url: show(target.url), headers: show(target.headers), body: show(target.body) },
      }
    }
    default:
      return event
  }
}

/** The expression with whatever was written to it, or to what it holds, until now. */
export function showWritten(run: Run, expression: Expression): Expression {
  return run.written.size > 0 ? showPart({ run, seen: [], shown: new Map() }, expression) : expression
}

interface Walk {
  readonly run: Run
  /** Values that are being shown: what was written to one may hold it. */
  readonly seen: readonly string[]
  /** What was shown before at this depth. */
  readonly shown: Map<string, Expression>
}

/** What was written to what was written, and so on, is shown so far. */
const DEPTH = 5

function showPart(walk: Walk, expression: Expression): Expression {
  const key = walk.run.keyOf(expression)
  const before = walk.shown.get(key)
  if (before) return before
  const shown = showFields(walk, expression, key)
  walk.shown.set(key, shown)
  return shown
}

function showFields(walk: Walk, expression: Expression, key: string): Expression {
  const fields = walk.seen.includes(key) || walk.seen.length > DEPTH ? undefined : walk.run.written.get(key)
  const inner = showInside(walk, expression)
  if (!fields) return inner
  const deeper = { ...walk, seen: [...walk.seen, key], shown: new Map<string, Expression>() }
  const written = [...fields].map(([name, value]): [string, Expression] => [name, showPart(deeper, express(value))])
  return { kind: 'object', open: false, fields: { '...0': inner, ...Object.fromEntries(written) } }
}

function showInside(walk: Walk, expression: Expression): Expression {
  const show = (part: Expression): Expression => showPart(walk, part)
  switch (expression.kind) {
    case 'object': {
      const fields = Object.entries(expression.fields).map(([key, field]): [string, Expression] => [key, show(field)])
      return { ...expression, fields: Object.fromEntries(fields) }
    }
    case 'array':
      return { ...expression, items: expression.items.map(show) }
    case 'operation':
      return { ...expression, operands: expression.operands.map(show) }
    default:
      return expression
  }
}

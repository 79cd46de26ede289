import { hasPart } from '../../expressions.ts'
import { decide } from '../../interpret/decisions.ts'
import { makeError } from '../../interpret/error-values.ts'
import { shownFields } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import { literal, symbol, type Value } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { Expression } from '../../types.ts'

type Input = Extract<Expression, { kind: 'input' }>

/** Drizzle refuses to write nothing when the builder is made: drizzle-orm/utils.js and the insert.js of the dialects. */
export function refuseNothing(
  machine: Machine,
  { method, given, node }: { method: string; given: Value | undefined; node: ts.Node },
): void {
  if (method === 'values' && given?.kind === 'array' && !given.open && given.items.length === 0)
    throw new Thrown(makeError('Error', literal('values() must be called with at least one value')))
  if (method !== 'set' || given?.kind !== 'object' || given.open) return
  const fields = shownFields(given)
  const set = fields.filter(([key, value]) => key.startsWith('...') || !isUndefined(value)).map(([, value]) => value)
  if (set.length === 0 || mayAllBeMissing(machine, set, node))
    throw new Thrown(makeError('Error', literal('No values to set')))
}

function isUndefined(value: Value): boolean {
  return value.kind === 'literal' && value.value === undefined
}

/** Asked only where a validator says that each may be left out, and nobody has looked at them before. */
function mayAllBeMissing(machine: Machine, values: readonly Value[], node: ts.Node): boolean {
  const { run } = machine
  const inputs = values.flatMap((value) => (value.kind === 'symbol' ? (inputOf(value.expression) ?? []) : []))
  if (!run || inputs.length < values.length || !inputs.every((input) => isOptional(machine, input))) return false
  const isAsked = run.decisions.some(({ condition }) => hasPart(condition, (part) => isAbout(part, inputs)))
  if (isAsked) return false
  const missing = inputs.map(
    (input): Expression => ({ kind: 'operation', name: '===', operands: [input, { kind: 'undefined' }] }),
  )
  const condition = missing.reduce((left, right) => ({ kind: 'operation', name: '&&', operands: [left, right] }))
  return decide(machine, symbol(condition), node, false)
}

/** The input itself, or what a schema makes of it where it is there: `x && x.trim()`. */
function inputOf(expression: Expression): Input | null {
  if (expression.kind === 'input') return expression
  const first = expression.kind === 'operation' && expression.name === '&&' ? expression.operands[0] : undefined
  return first?.kind === 'input' ? first : null
}

function isOptional({ run }: Machine, { from, path }: Input): boolean {
  const name = path.at(-1) ?? ''
  return (run?.events ?? []).some((event) => {
    if (event.kind !== 'validate' || event.outcome !== 'ok' || event.subject.kind !== 'input') return false
    const isOwner = event.subject.from === from && event.subject.path.join('.') === path.slice(0, -1).join('.')
    if (!isOwner || event.shape.type !== 'object' || event.shape.refined || event.shape.checks.length > 0) return false
    return event.shape.fields[name]?.optional === true
  })
}

/** A field itself, or the number of fields that were given. */
function isAbout(part: Expression, inputs: readonly Input[]): boolean {
  if (part.kind === 'operation') return /^Object\.(?:keys|values|entries)$/.test(part.name)
  return (
    part.kind === 'input' &&
    inputs.some((input) => input.from === part.from && input.path.join('.') === part.path.join('.'))
  )
}

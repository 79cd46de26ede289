import { decide } from '../../interpret/decisions.ts'
import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { nextEvent, record } from '../../interpret/trace-events.ts'
import { symbol, type Value } from '../../interpret/values.ts'
import { showWritten } from '../../interpret/written-fields.ts'
import { locate, type ts } from '../../syntax/syntax.ts'
import type { Expression, Shape } from '../../types.ts'
import { placesOf } from './schema-places.ts'

export interface Validation {
  /** The package that checks. */
  readonly validator: string
  readonly value: Value
  readonly shape: Shape
  readonly node: ts.Node
  /** What it checks by; left out where that is no value of its own. */
  readonly schema?: Value
}

/** Whether the value fits what a validator accepts: a decision of the request, and an event of the trace. */
export function decideValidation(machine: Machine, validation: Validation): boolean {
  const { validator, value, shape, node } = validation
  if (isAlwaysThere(value) && isEmptyObject(shape)) {
    recordValidation(machine, validation, true)
    return true
  }
  const subject = subjectOf(machine, { validator, value })
  const condition = symbol({ kind: 'operation', name: 'fits', operands: [subject, { kind: 'shape', shape }] })
  const fits = decide(machine, condition, node)
  recordValidation(machine, validation, fits)
  return fits
}

/** With the fields that the code wrote to it before, which the validator sees too. */
function subjectOf(machine: Machine, { validator, value }: Pick<Validation, 'validator' | 'value'>): Expression {
  // What its own sanitizers wrote is not what it checked.
  if (!machine.run || validator === 'express-validator') return express(value)
  return showWritten(machine.run, express(value))
}

/** Express makes an object of them for every request. */
function isAlwaysThere(value: Value): boolean {
  const expression = express(value)
  return expression.kind === 'input' && expression.from !== 'body' && expression.path.length === 0
}

function isEmptyObject(shape: Shape): boolean {
  return (
    shape.type === 'object' &&
    Object.keys(shape.fields).length === 0 &&
    !shape.refined &&
    !shape.strict &&
    shape.checks.length === 0
  )
}

export function recordValidation(
  machine: Machine,
  { validator, value, shape, node, schema }: Validation,
  fits: boolean,
): void {
  record(machine, {
    kind: 'validate',
    id: nextEvent(machine),
    validator,
    subject: subjectOf(machine, { validator, value }),
    shape,
    declaredAt: schema ? placesOf(machine.root, schema) : [],
    outcome: fits ? 'ok' : 'fails',
    at: locate(machine.root, node),
  })
}

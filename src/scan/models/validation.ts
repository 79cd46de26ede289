import { decide } from '../decisions.ts'
import { express } from '../express-value.ts'
import type { Machine } from '../machine.ts'
import { locate, type ts } from '../syntax.ts'
import { nextEvent, record } from '../trace-events.ts'
import type { Shape } from '../types.ts'
import { symbol, type Value } from '../values.ts'

export interface Validation {
  /** The package that checks. */
  readonly validator: string
  readonly value: Value
  readonly shape: Shape
  readonly node: ts.Node
}

/** Whether the value fits what a validator accepts: a decision of the request, and an event of the trace. */
export function decideValidation(machine: Machine, { validator, value, shape, node }: Validation): boolean {
  const subject = express(value)
  const condition = symbol({ kind: 'operation', name: 'fits', operands: [subject, { kind: 'shape', shape }] })
  const fits = decide(machine, condition, node)
  recordValidation(machine, { validator, value, shape, node }, fits)
  return fits
}

export function recordValidation(machine: Machine, { validator, value, shape, node }: Validation, fits: boolean): void {
  record(machine, {
    kind: 'validate',
    id: nextEvent(machine),
    validator,
    subject: express(value),
    shape,
    outcome: fits ? 'ok' : 'fails',
    at: locate(machine.root, node),
  })
}

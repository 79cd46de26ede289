import { decide } from '../interpret/decisions.ts'
import { type Machine, makeError, Thrown } from '../interpret/machine.ts'
import { nextEvent, record } from '../interpret/trace-events.ts'
import { array, literal, object, operation, symbol, UNDEFINED, type Value } from '../interpret/values.ts'
import { locate, type ts } from '../syntax/syntax.ts'
import type { Expression } from '../types.ts'

/** `JSON.parse`: a known text is parsed here; one that a request or an answer brings may be malformed. */
export function parseJson(machine: Machine, text: Value, node: ts.Node): Value {
  if (text.kind === 'literal') return parseKnown(machine, String(text.value), node)
  if (text.kind !== 'symbol') return operation('JSON.parse', text)
  const { expression } = text
  // What was made of a value gives the value again.
  const [original] = expression.kind === 'operation' && expression.name === 'JSON.stringify' ? expression.operands : []
  if (original) return symbol(original)
  const isForeign = machine.run !== null && comesFromOutside(machine, expression)
  if (isForeign && decide(machine, operation('malformed JSON', text), node, false)) failToParse(machine, node)
  return operation('JSON.parse', text)
}

function parseKnown(machine: Machine, text: string, node: ts.Node): Value {
  try {
    return fromJson(JSON.parse(text))
  } catch {
    return failToParse(machine, node)
  }
}

/** The words of the error are those of the engine. */
function failToParse(machine: Machine, node: ts.Node): never {
  const error = 'SyntaxError'
  if (machine.run)
    record(machine, { kind: 'throw', id: nextEvent(machine), error, rethrow: false, at: locate(machine.root, node) })
  throw new Thrown(makeError(error, operation('message of JSON.parse')))
}

function fromJson(value: unknown): Value {
  if (Array.isArray(value)) return array(value.map(fromJson))
  if (typeof value === 'object' && value !== null)
    return object(Object.entries(value).map(([key, field]): [string, Value] => [key, fromJson(field)]))
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
  return isPlain ? literal(value) : UNDEFINED
}

/** Whether a request or another service has a say in the value; what the database and the environment hold is the app's own. */
function comesFromOutside(machine: Machine, expression: Expression): boolean {
  switch (expression.kind) {
    case 'input':
      return true
    case 'result':
      return machine.run?.events.some(({ id, kind }) => id === expression.event && kind === 'external') ?? false
    case 'operation':
      return expression.operands.some((operand) => comesFromOutside(machine, operand))
    default:
      return false
  }
}

import { hasPart } from '../expressions.ts'
import { decide } from '../interpret/decisions.ts'
import { makeError } from '../interpret/error-values.ts'
import { decideFailure } from '../interpret/faults.ts'
import type { Machine } from '../interpret/machine.ts'
import { Thrown } from '../interpret/stops.ts'
import { nextEvent, record } from '../interpret/trace-events.ts'
import {
  array,
  literal,
  object,
  operation,
  type SymbolValue,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { locate, type ts } from '../syntax/syntax.ts'

/** `JSON.parse`: a known text is parsed here; one that comes from elsewhere may be malformed. */
export function parseJson(machine: Machine, text: Value, node: ts.Node): Value {
  if (text.kind === 'literal') return parseKnown(machine, String(text.value), node)
  if (text.kind !== 'symbol') return operation('JSON.parse', text)
  const { expression } = text
  // What was made of a value gives the value again.
  const [original] = expression.kind === 'operation' && expression.name === 'JSON.stringify' ? expression.operands : []
  if (original) return symbol(original)
  if (isMalformed(machine, text, node)) failToParse(machine, node)
  return operation('JSON.parse', text)
}

/** A client may send anything; what an answer or a row holds is malformed as a fault, of which there is one at a time. */
function isMalformed(machine: Machine, text: SymbolValue, node: ts.Node): boolean {
  const condition = operation('malformed JSON', text)
  if (!machine.run) return false
  if (hasPart(text.expression, ({ kind }) => kind === 'input')) return decide(machine, condition, node, false)
  return hasPart(text.expression, ({ kind }) => kind === 'result') && decideFailure(machine, condition.expression, node)
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

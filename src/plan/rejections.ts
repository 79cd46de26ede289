import { askedParts, partsOf } from '../scan/expressions.ts'
import type { Expression, Scenario, Shape } from '../scan/types.ts'
import { failureOf, type InputExpression, statusOf } from './expressions.ts'

/** A 4xx that the request alone decides, whatever was looked up, written or called before. */
export function isRejection(scenario: Scenario): boolean {
  const status = statusOf(scenario)
  const isClientError = status !== null && status >= 400 && status < 500 && status !== 401 && status !== 403
  return isClientError && failureOf(scenario) === null && decidingCondition(scenario) !== null
}

/** The last condition, when it looks at inputs and at nothing that was found or answered. */
export function decidingCondition(scenario: Scenario): Scenario['decisions'][number] | null {
  const last = scenario.decisions.findLast(({ condition }) =>
    partsOf(condition).some((part) => part.kind === 'input' || part.kind === 'result'),
  )
  if (!last || partsOf(last.condition).some((part) => part.kind === 'result')) return null
  return inputsOf(last.condition).length > 0 ? last : null
}

/** Credentials are a matter of their own. */
const CREDENTIALS = /^(?:authorization|x-api-key|api-key)$/i

export function inputsOf(expression: Expression): InputExpression[] {
  return partsOf(expression).flatMap((part) =>
    part.kind === 'input' && part.from !== 'cookies' && !CREDENTIALS.test(part.path.join('.')) ? [part] : [],
  )
}

export interface Field {
  readonly input: InputExpression
  /** What a validator says of it; null: the code looks at it itself. */
  readonly shape: Shape | null
}

/** The single fields that the deciding condition of a rejection is about. */
export function fieldsOf(scenario: Scenario): Field[] {
  const deciding = decidingCondition(scenario)
  if (!deciding) return []
  return inputsOf(deciding.condition).flatMap((input): Field[] => {
    const shape = shapeFor(deciding.condition, input)
    if (input.path.length === 0) return shape ? fieldsIn(input, shape) : []
    const path = input.path.at(-1) === 'length' ? input.path.slice(0, -1) : input.path
    return [{ input: { ...input, path }, shape }]
  })
}

/** What the schema of this very condition says of the input. */
function shapeFor(condition: Expression, input: InputExpression): Shape | null {
  const [subject, schema] = condition.kind === 'operation' && condition.name === 'fits' ? condition.operands : []
  if (schema?.kind !== 'shape' || !subject) return null
  const asked = askedParts(subject, schema.shape).find(
    ({ part }) => part.kind === 'input' && part.from === input.from && part.path.join('.') === input.path.join('.'),
  )
  return asked?.shape ?? null
}

/** The fields of an object, of the objects in it, and of the first item of its lists. */
function fieldsIn(input: InputExpression, shape: Shape): Field[] {
  if (shape.type === 'object')
    return Object.entries(shape.fields).flatMap(([name, inner]) => {
      const own = { input: { ...input, path: [...input.path, name] }, shape: inner }
      return [own, ...(inner.type === 'object' || inner.type === 'array' ? fieldsIn(own.input, inner) : [])]
    })
  if (shape.type === 'union') return shape.options[0] ? fieldsIn(input, shape.options[0]) : []
  if (shape.type === 'array') {
    const item = { ...input, path: [...input.path, '0'] }
    return shape.item.type === 'object' ? fieldsIn(item, shape.item) : [{ input: item, shape: shape.item }]
  }
  return []
}

/** Pairs of fields that a rule over the whole input compares, e.g. an end that must come after its start. */
export function comparedFields(scenario: Scenario): (readonly [InputExpression, InputExpression])[] {
  const deciding = decidingCondition(scenario)
  const [, schema] = deciding?.condition.kind === 'operation' ? deciding.condition.operands : []
  const checks = schema?.kind === 'shape' ? schema.shape.checks : deciding ? [deciding.condition] : []
  return checks.flatMap((check): (readonly [InputExpression, InputExpression])[] => {
    const [first, second, third] = new Map(inputsOf(check).map((input) => [input.path.join('.'), input])).values()
    return first && second && !third ? [[first, second]] : []
  })
}

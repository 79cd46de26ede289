import type { Expression } from '../scan/types.ts'
import { type Computed, known, unknown } from './computed.ts'
import { matchesShape } from './match-shape.ts'
import { applyOperation, readPath } from './operations.ts'
import { checkedToken, isVerified, readClaims } from './tokens.ts'
import { isGenerated } from './values.ts'

/** Concrete values for everything that the code asks the world for in one request. */
export interface World {
  readonly inputs: Readonly<Record<'body' | 'query' | 'params' | 'headers' | 'cookies', unknown>>
  readonly environment: Readonly<Record<string, string>>
  /** What each event answers: an HTTP answer or the rows of a query. */
  readonly results: ReadonlyMap<number, unknown>
}

export function evaluateExpression(expression: Expression, world: World): Computed {
  switch (expression.kind) {
    case 'literal':
      return known(expression.value)
    case 'undefined':
      return known(undefined)
    case 'input':
      return readPath(world.inputs[expression.from], expression.path)
    case 'env':
      return known(world.environment[expression.name])
    case 'result':
      return readResult(expression, world)
    case 'column':
      return unknown(`the column ${expression.table}.${expression.column}`)
    case 'object':
      return evaluateObject(expression, world)
    case 'array':
      return evaluateArray(expression, world)
    case 'operation':
      return evaluateOperation(expression, world)
    case 'shape':
      return unknown('a schema')
    case 'unknown':
      return expression.text === 'new Date()' ? known({ $any: 'Date' }) : unknown(expression.text)
    default:
      return expression satisfies never
  }
}

function readResult(expression: Extract<Expression, { kind: 'result' }>, world: World): Computed {
  if (!world.results.has(expression.event)) return unknown(`what event ${expression.event} answers`)
  return readPath(world.results.get(expression.event), expression.path)
}

function evaluateObject(expression: Extract<Expression, { kind: 'object' }>, world: World): Computed {
  if (expression.open) return unknown('an object with fields that analysis does not know')
  const value: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(expression.fields)) {
    const computed = evaluateExpression(field, world)
    if (!computed.known) return computed
    if (!key.startsWith('...')) value[key] = computed.value
    else if (isGenerated(computed.value)) return unknown('the fields of a generated value')
    else Object.assign(value, computed.value)
  }
  return known(value)
}

function evaluateArray(expression: Extract<Expression, { kind: 'array' }>, world: World): Computed {
  if (expression.open) return unknown('a list that analysis does not know')
  const items = expression.items.map((item) => evaluateExpression(item, world))
  const missing = items.find((item) => !item.known)
  return missing ?? known(items.map((item) => (item.known ? item.value : undefined)))
}

type OperationExpression = Extract<Expression, { kind: 'operation' }>

function evaluateOperation(expression: OperationExpression, world: World): Computed {
  if (expression.name === 'fits') return evaluateFits(expression, world)
  if (expression.name === '??' || expression.name === 'default') return evaluateFallback(expression, world)
  if (expression.name === '||' || expression.name === '&&') return evaluateLogical(expression, world)
  if (makesText(expression.name)) return known({ $any: 'String' })
  if (FAILURES.has(expression.name)) return evaluateFailure(expression, world)
  if (checkedToken(expression) || isVerified(expression)) return evaluateToken(expression, world)
  if (expression.name === 'call') return unknown('the result of a function that analysis does not know')
  const operands = expression.operands.map((operand) => evaluateExpression(operand, world))
  const missing = operands.find((operand) => !operand.known)
  if (missing) return missing
  return applyOperation(
    expression.name,
    operands.map((operand) => (operand.known ? operand.value : undefined)),
  )
}

/** Some text that only the run knows: ids, hashes and tokens of well-known packages, what a request is addressed to. */
export function makesText(name: string): boolean {
  return /^(?:bcrypt(?:js)?|argon2)\.(?:hash|hashSync|genSalt|genSaltSync)$|^uuid\.v\d$|^nanoid\.nanoid$|^crypto\.randomUUID$|^jsonwebtoken\.sign$|^ulid\.ulid$|^request\.(?:route\.path|path|url|originalUrl|ip|hostname|protocol)$|cuid2?\.createId$/.test(
    name,
  )
}

/** Whether an event fails is the world's choice: an event that has an answer did not fail. */
const FAILURES = new Set(['rejects', 'connection reset', 'times out', 'malformed'])

function evaluateFailure(expression: OperationExpression, world: World): Computed {
  const [target] = expression.operands
  if (target?.kind !== 'result') return unknown(expression.name)
  if (!world.results.has(target.event)) return unknown(`whether event ${target.event} fails`)
  const answer = world.results.get(target.event)
  const failure = typeof answer === 'object' && answer !== null ? Reflect.get(answer, '$fails') : undefined
  return known(failure === expression.name)
}

/** A text that the plan has not made as a token is none that the app accepts. */
function evaluateToken(expression: OperationExpression, world: World): Computed {
  const [token] = expression.operands
  const text = token ? evaluateExpression(token, world) : unknown('a token')
  if (!text.known) return text
  const claims = readClaims(text.value)
  if (checkedToken(expression)) return known(claims !== null)
  return claims ? known({ iat: { $any: 'Number' }, exp: { $any: 'Number' }, ...claims }) : unknown('what a token says')
}

function evaluateFits(expression: OperationExpression, world: World): Computed {
  const [subject, schema] = expression.operands
  if (!subject || schema?.kind !== 'shape') return unknown('a schema')
  const value = evaluateExpression(subject, world)
  if (!value.known) return value
  const fits = matchesShape(value.value, schema.shape, (check) => evaluateExpression(check, world))
  return fits === 'unknown' ? unknown('a schema with a refinement that analysis can not evaluate') : known(fits)
}

function evaluateFallback(expression: OperationExpression, world: World): Computed {
  const [first, second] = expression.operands
  if (!first || !second) return unknown(expression.name)
  const value = evaluateExpression(first, world)
  if (!value.known) return value
  const isMissing = value.value === undefined || (expression.name === '??' && value.value === null)
  return isMissing ? evaluateExpression(second, world) : value
}

function evaluateLogical(expression: OperationExpression, world: World): Computed {
  const [first, second] = expression.operands
  if (!first || !second) return unknown(expression.name)
  const value = evaluateExpression(first, world)
  if (!value.known) return value
  const stays = expression.name === '||' ? Boolean(value.value) : !value.value
  return stays ? value : evaluateExpression(second, world)
}

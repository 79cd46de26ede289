import { getMember } from '../../interpret/access.ts'
import { awaitValue, type Call, callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { makeError } from '../../interpret/error-values.ts'
import { shownFields } from '../../interpret/express-value.ts'
import { type Machine, setField } from '../../interpret/machine.ts'
import { classOfPrototype } from '../../interpret/prototypes.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  array,
  fulfilled,
  isNullish,
  knownString,
  literal,
  native,
  type ObjectValue,
  object,
  operation,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'
import { sendValue } from './actions.ts'
import { decorationsOf } from './decorations.ts'

const MODULE = /^(?:tsoa|@tsoa\/runtime)$/
const PARTS = new Map([
  ['path', 'params'],
  ['query', 'query'],
  ['queries', 'query'],
  ['header', 'headers'],
  ['body', 'body'],
  ['body-prop', 'body'],
])

/** `fetchMiddlewares(X)` of the routes that tsoa generates; null for anything else. */
export function callTsoa(callee: PackageValue, { args: [target] }: Call): Value | null {
  if (!MODULE.test(callee.module) || memberNames(callee).at(-1) !== 'fetchMiddlewares') return null
  const type = target?.kind === 'class' ? target : target?.kind === 'function' ? target.home : classOfPrototype(target)
  const key = target?.kind === 'function' ? target.name : null
  const said = type ? decorationsOf(type, { key }) : []
  return array(said.filter(({ name }) => name === 'Middlewares').flatMap(({ args }) => args))
}

/** The service of those routes: it reads the arguments, calls the controller and answers. Null for anything else. */
export function constructTsoa(machine: Machine, callee: PackageValue): Value | null {
  if (!MODULE.test(callee.module) || memberNames(callee).at(-1) !== 'ExpressTemplateService') return null
  return object([
    ['getValidatedArgs', native('getValidatedArgs', ([given], node) => readArguments(machine, given, node))],
    ['apiHandler', native('apiHandler', ([given], node) => runController(machine, given, node))],
  ])
}

function readArguments(machine: Machine, given: Value | undefined, node: ts.Node): Value {
  if (given?.kind !== 'object') return array([], true)
  const request = given.fields.get('request') ?? UNDEFINED
  const asked = given.fields.get('args')
  const schemas = asked?.kind === 'object' ? shownFields(asked).map(([, schema]) => schema) : []
  const values = schemas.map((schema) => readArgument(machine, request, schema, node))
  if (values.length > 0 && !decide(machine, operation('is valid', ...values), node)) {
    throw new Thrown(
      makeError('ValidateError', literal(''), [
        ['status', literal(400)],
        ['fields', object([], { open: true })],
      ]),
    )
  }
  return array(values)
}

function readArgument(machine: Machine, request: Value, schema: Value, node: ts.Node): Value {
  const part = (name: string): string | null => (schema.kind === 'object' ? knownString(schema.fields.get(name)) : null)
  const place = part('in')
  if (place === 'request') return request
  const from = place === null ? undefined : PARTS.get(place)
  if (!from) return operation(`tsoa ${place}`)
  const whole = getMember(machine, request, from, node)
  const name = part('name')
  return name === null || place === 'body' || place === 'queries' ? whole : getMember(machine, whole, name, node)
}

function runController(machine: Machine, given: Value | undefined, node: ts.Node): Value {
  if (given?.kind !== 'object') return fulfilled(UNDEFINED)
  const part = (name: string): Value => given.fields.get(name) ?? UNDEFINED
  const [controller, args] = [part('controller'), part('validatedArgs')]
  const callee = getMember(machine, controller, knownString(part('methodName')) ?? '', node)
  const called = { callee, self: controller, args: args.kind === 'array' ? args.items : [], node }
  const value = awaitValue(machine, callFunctionLike(machine, called), node)
  const isEmpty = isNullish(value)
  const said = controller.kind === 'object' ? controller.fields.get('#status') : undefined
  const status = said ?? (isNullish(part('successStatus')) ? literal(isEmpty ? 204 : 200) : part('successStatus'))
  const exchange = { request: UNDEFINED, response: part('response'), next: part('next'), node }
  sendValue(machine, exchange, { via: isEmpty ? 'send' : 'json', status, body: value })
  return fulfilled(UNDEFINED)
}

/** What tsoa's `Controller` gives its classes; null for a name that it does not have. */
export function tsoaMember(machine: Machine, owner: ObjectValue, name: string): Value | null {
  if (name === 'setStatus') {
    return native(name, ([status]) => {
      setField(machine, owner.fields, '#status', status ?? UNDEFINED)
      return UNDEFINED
    })
  }
  if (name === 'getStatus') return owner.fields.get('#status') ?? UNDEFINED
  return name === 'setHeader' || name === 'getHeaders' || name === 'getHeader' ? native(name, () => UNDEFINED) : null
}

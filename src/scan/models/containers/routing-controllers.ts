import { getMember } from '../../interpret/access.ts'
import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { makeError } from '../../interpret/error-values.ts'
import { express } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  type ClassValue,
  type Decoration,
  fulfilled,
  isNullish,
  knownString,
  literal,
  native,
  object,
  type PackageValue,
  type RouterValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'
import {
  type Action,
  actionHandler,
  decoratedArguments,
  type Exchange,
  makeRouter,
  registerOn,
  sendValue,
} from './actions.ts'
import { classesMatching, patternIn } from './class-files.ts'
import { decorationsOf } from './decorations.ts'
import { typeRegistry } from './injection.ts'
import { instantiate } from './instantiate.ts'

const MODULE = 'routing-controllers'
const VERBS = new Set(['Get', 'Post', 'Put', 'Patch', 'Delete', 'Head', 'Options', 'All'])
const containers = new WeakMap<Machine, Value>()

/** `useExpressServer`, `createExpressServer` and `useContainer`; null for anything else. */
export function callRoutingControllers(machine: Machine, callee: PackageValue, { args, node }: Call): Value | null {
  if (callee.module !== MODULE) return null
  const [first, second] = args
  switch (memberNames(callee).at(-1)) {
    case 'useContainer':
      if (first) containers.set(machine, first)
      return UNDEFINED
    case 'createExpressServer': {
      const app = makeRouter(machine, 'express', node)
      if (app) registerAll(machine, { app, options: first ?? UNDEFINED, node })
      return app
    }
    case 'useExpressServer':
      if (first?.kind === 'router') registerAll(machine, { app: first, options: second ?? UNDEFINED, node })
      else noteUnresolved(machine, 'which app these controllers go to is not known before a run', node)
      return first ?? UNDEFINED
    default:
      return null
  }
}

interface Registering {
  readonly app: RouterValue
  readonly options: Value
  readonly node: ts.Node
}

/** Middleware before, the controllers' routes, middleware after: the order of the package. */
function registerAll(machine: Machine, registering: Registering): void {
  const { app, options, node } = registering
  const middlewares = classesOf(machine, optionOf(options, 'middlewares'), node)
  const global = middlewares.flatMap((type) => {
    const said = decorationsOf(type, { key: null }).find(({ name }) => name === 'Middleware')
    return said ? [{ type, isBefore: /"before"/.test(JSON.stringify(said.args.map((arg) => express(arg)))), said }] : []
  })
  for (const { type, said } of global.filter(({ isBefore }) => isBefore))
    registerOn(machine, app, { verb: 'use', args: [middlewareFrom(machine, type, said.node)], node: said.node })
  for (const type of classesOf(machine, optionOf(options, 'controllers'), node))
    registerController(machine, registering, type)
  for (const { type, said } of global.filter(({ isBefore }) => !isBefore))
    registerOn(machine, app, { verb: 'use', args: [middlewareFrom(machine, type, said.node)], node: said.node })
}

function optionOf(options: Value, name: string): Value {
  return options.kind === 'object' ? (options.fields.get(name) ?? UNDEFINED) : UNDEFINED
}

/** Classes as they are given; those of files that a pattern names. */
function classesOf(machine: Machine, given: Value, node: ts.Node): ClassValue[] {
  if (isNullish(given)) return []
  const items = given.kind === 'array' ? given.items : [given]
  if (given.kind === 'array' && given.open) noteUnresolved(machine, 'not all of this list is known before a run', node)
  return items.flatMap((item) => {
    if (item.kind === 'class') return [item]
    const pattern = patternIn(item)
    if (pattern !== null) return classesMatching(machine, pattern)
    noteUnresolved(machine, 'one of this list is not known before a run', node)
    return []
  })
}

function registerController(machine: Machine, { app, options, node }: Registering, type: ClassValue): void {
  const said = decorationsOf(type, { key: null })
  const controller = said.find(({ name }) => /^(?:Json)?Controller$/.test(name))
  if (!controller) return
  const instance = instanceOf(machine, type, node)
  const prefix = `${knownString(optionOf(options, 'routePrefix')) ?? ''}${knownString(controller.args[0]) ?? ''}`
  for (const one of type.decorations.filter(
    ({ module, name }) => module === MODULE && (VERBS.has(name) || name === 'Method'),
  )) {
    const isNamed = one.name === 'Method'
    const verb = isNamed ? knownString(one.args[0]) : one.name.toLowerCase()
    const [path] = isNamed ? one.args.slice(1) : one.args
    const end = path === undefined || isNullish(path) ? '' : knownString(path)
    if (end === null || verb === null || one.key === null) {
      noteUnresolved(machine, 'the path of this route is not known before a run', one.node)
      continue
    }
    const own = decorationsOf(type, { key: one.key })
    const around = (name: string): Value[] =>
      [...said, ...own].filter((each) => each.name === name).flatMap((each) => usedBy(machine, each))
    const handler = actionHandler(
      machine,
      actionOf(machine, { type, key: one.key, instance, isJson: controller.name !== 'Controller' }),
    )
    const checks = authorization(machine, [...said, ...own], options)
    const args = [literal(`${prefix}${end}` || '/'), ...around('UseBefore'), ...checks, handler, ...around('UseAfter')]
    registerOn(machine, app, { verb: verb.toLowerCase(), args, node: one.node })
  }
}

/** From the container that the code names, else made as the package makes it. */
function instanceOf(machine: Machine, type: ClassValue, node: ts.Node): Value {
  const container = containers.get(machine)
  if (!container) return instantiate(machine, typeRegistry(machine), type, node)
  return callFunctionLike(machine, {
    callee: getMember(machine, container, 'get', node),
    self: container,
    args: [type],
    node,
  })
}

function usedBy(machine: Machine, { args, node }: Decoration): Value[] {
  return args.map((value) => (value.kind === 'class' ? middlewareFrom(machine, value, node) : value))
}

/** A class of middleware: `use(req, res, next)`, or `error(err, req, res, next)`. */
function middlewareFrom(machine: Machine, type: ClassValue, node: ts.Node): Value {
  const instance = instanceOf(machine, type, node)
  const [error, use] = [type.prototype.fields.get('error'), type.prototype.fields.get('use')]
  const method = error ?? use
  if (method?.kind === 'function') return { ...method, self: instance }
  noteUnresolved(machine, 'what this middleware does is not known', node)
  return UNDEFINED
}

/** `@Authorized()`: what the app's `authorizationChecker` says, and 401 or 403 when that is no. */
function authorization(machine: Machine, said: readonly Decoration[], options: Value): Value[] {
  const told = said.find(({ name }) => name === 'Authorized')
  if (!told) return []
  const callee = optionOf(options, 'authorizationChecker')
  const [roles] = told.args
  return [
    native('authorizationChecker', ([request, response, next], node) => {
      const action = object([
        ['request', request ?? UNDEFINED],
        ['response', response ?? UNDEFINED],
      ])
      const given = callFunctionLike(machine, { callee, self: null, args: [action, roles ?? UNDEFINED], node })
      const value = given.kind === 'promise' ? given : fulfilled(given)
      if (value.state === 'fulfilled' && decide(machine, value.value, told.node))
        return callFunctionLike(machine, { callee: next ?? UNDEFINED, self: null, args: [], node })
      throw new Thrown(
        value.state === 'rejected'
          ? value.value
          : httpError(roles ? 'AccessDeniedError' : 'AuthorizationRequiredError'),
      )
    }),
  ]
}

function actionOf(
  machine: Machine,
  said: Pick<Action, 'type' | 'key' | 'instance'> & { readonly isJson: boolean },
): Action {
  return {
    ...said,
    argumentsFor: (exchange) => decoratedArguments(machine, said, exchange) ?? [],
    answer: (value, exchange) => answer(machine, said, value, exchange),
  }
}

/** An undefined result is 404, null is 204, unless the decorators say otherwise. */
function answer(
  machine: Machine,
  { type, key, isJson }: { type: ClassValue; key: string; isJson: boolean },
  value: Value,
  exchange: Exchange,
): void {
  if (value.kind === 'response') return
  const saidBy = (name: string): Value | null =>
    decorationsOf(type, { key }).find((one) => one.name === name)?.args[0] ?? null
  if (value.kind === 'literal' && value.value === undefined) {
    const status = saidBy('OnUndefined')
    if (!status) throw new Thrown(httpError('NotFoundError'))
    return sendValue(machine, exchange, { via: 'send', status, body: UNDEFINED })
  }
  const isNull = value.kind === 'literal' && value.value === null
  const status = isNull ? (saidBy('OnNull') ?? literal(204)) : saidBy('HttpCode')
  sendValue(machine, exchange, { via: isJson && !isNull ? 'json' : 'send', status, body: isNull ? UNDEFINED : value })
}

const CODES = new Map([
  ['BadRequestError', 400],
  ['UnauthorizedError', 401],
  ['AuthorizationRequiredError', 401],
  ['ForbiddenError', 403],
  ['AccessDeniedError', 403],
  ['NotFoundError', 404],
  ['MethodNotAllowedError', 405],
  ['NotAcceptableError', 406],
  ['ConflictError', 409],
  ['UnprocessableEntityError', 422],
  ['TooManyRequestsError', 429],
  ['InternalServerError', 500],
])

/** `new NotFoundError('...')` and `new HttpError(409, '...')`; null for anything else. */
export function constructHttpError(callee: PackageValue, args: readonly Value[]): Value | null {
  const name = memberNames(callee).at(-1) ?? ''
  if (callee.module !== MODULE) return null
  if (name === 'HttpError') return httpError(name, args[1], args[0])
  return CODES.has(name) ? httpError(name, args[0]) : null
}

/** The package answers with `httpCode`; Express's own last word is `status`. */
function httpError(name: string, message: Value = literal(''), code: Value = literal(CODES.get(name) ?? 500)): Value {
  return makeError(name, message, [
    ['httpCode', code],
    ['status', code],
  ])
}

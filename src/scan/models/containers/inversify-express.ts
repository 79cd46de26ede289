import { callFunctionLike } from '../../interpret/call.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import {
  type ClassValue,
  type Decoration,
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
import { decoratedClasses, decorationsOf } from './decorations.ts'
import { isBound, type Registry, resolveToken, typeRegistry } from './injection.ts'
import { instantiate } from './instantiate.ts'
import { registryOf } from './inversify.ts'

const MODULE = 'inversify-express-utils'
const VERBS = new Map([
  ['httpGet', 'get'],
  ['httpPost', 'post'],
  ['httpPut', 'put'],
  ['httpPatch', 'patch'],
  ['httpDelete', 'delete'],
  ['httpHead', 'head'],
  ['httpOptions', 'options'],
  ['all', 'all'],
])

interface Server {
  readonly registry: Registry
  readonly router: Value | undefined
  readonly rootPath: string
  readonly app: Value | undefined
  config: Value | null
  errorConfig: Value | null
}

/** `new InversifyExpressServer(container, router, { rootPath }, app)`; null for anything else. */
export function constructInversifyServer(machine: Machine, callee: PackageValue, args: readonly Value[]): Value | null {
  if (callee.module !== MODULE || memberNames(callee).at(-1) !== 'InversifyExpressServer') return null
  const [container, router, routing, app] = args
  const root = routing?.kind === 'object' ? knownString(routing.fields.get('rootPath')) : null
  const registry = registryOf(container) ?? typeRegistry(machine)
  const server: Server = { registry, router, rootPath: root ?? '/', app, config: null, errorConfig: null }
  const value = object()
  value.fields.set(
    'setConfig',
    native('setConfig', ([config]) => {
      server.config = config ?? null
      return value
    }),
  )
  value.fields.set(
    'setErrorConfig',
    native('setErrorConfig', ([config]) => {
      server.errorConfig = config ?? null
      return value
    }),
  )
  value.fields.set(
    'build',
    native('build', (_args, node) => build(machine, server, node)),
  )
  return value
}

/** In the order of the package: configuration, the controllers below the root path, the error handlers. */
function build(machine: Machine, server: Server, node: ts.Node): Value {
  const app = server.app?.kind === 'router' ? server.app : makeRouter(machine, 'express', node)
  const router = server.router?.kind === 'router' ? server.router : makeRouter(machine, 'Router', node)
  if (!app || !router) return UNDEFINED
  const configure = (callee: Value | null): void => {
    if (callee) callFunctionLike(machine, { callee, self: null, args: [app], node })
  }
  configure(server.config)
  for (const type of decoratedClasses(machine)) {
    const [controller] = decorationsOf(type, { key: null }).filter(isOf('controller'))
    if (controller) registerController(machine, { server, router, type, controller })
  }
  registerOn(machine, app, { verb: 'use', args: [literal(server.rootPath), router], node })
  configure(server.errorConfig)
  return app
}

function isOf(...names: string[]): (one: Decoration) => boolean {
  return (one) => one.module === MODULE && names.includes(one.name)
}

interface Registering {
  readonly server: Server
  readonly router: RouterValue
  readonly type: ClassValue
  readonly controller: Decoration
}

function registerController(machine: Machine, { server, router, type, controller }: Registering): void {
  const [prefix, ...guards] = controller.args
  const instance = instantiate(machine, server.registry, type, controller.node)
  const around = middlewareOf(machine, server.registry, guards, controller.node)
  for (const said of type.decorations.filter(isOf(...VERBS.keys(), 'httpMethod'))) {
    const isNamed = said.name === 'httpMethod'
    const verb = isNamed ? knownString(said.args[0]) : (VERBS.get(said.name) ?? null)
    const [path, ...own] = isNamed ? said.args.slice(1) : said.args
    const [start, end] = [knownString(prefix), knownString(path)]
    if (verb === null || start === null || end === null || said.key === null) {
      noteUnresolved(machine, 'the path of this route is not known before a run', said.node)
      continue
    }
    const handler = actionHandler(machine, actionOf(machine, { type, key: said.key, instance }))
    const inner = middlewareOf(machine, server.registry, own, said.node)
    const args = [literal(`${start}${end}` || '/'), ...around, ...inner, handler]
    registerOn(machine, router, { verb, args, node: said.node })
  }
}

/** Functions as they are; tokens and classes are middleware that the container makes. */
function middlewareOf(machine: Machine, registry: Registry, given: readonly Value[], node: ts.Node): Value[] {
  return given.map((value) => {
    const isToken = value.kind === 'class' || (value.kind === 'literal' && isBound(registry, value))
    if (!isToken) return value
    const instance = resolveToken(machine, registry, { token: value, node })
    return native('middleware', (args, at) => {
      const callee = instance.kind === 'object' ? methodNamed(instance, 'handler') : null
      return callee ? callFunctionLike(machine, { callee, self: instance, args, node: at }) : UNDEFINED
    })
  })
}

function methodNamed({ type }: Extract<Value, { kind: 'object' }>, name: string): Value | null {
  for (let owner: Value | typeof type = type; owner?.kind === 'class'; owner = owner.base) {
    const method = owner.prototype.fields.get(name)
    if (method) return method
  }
  return null
}

function actionOf(machine: Machine, said: Pick<Action, 'type' | 'key' | 'instance'>): Action {
  return {
    ...said,
    argumentsFor: (exchange) =>
      decoratedArguments(machine, said, exchange) ?? [exchange.request, exchange.response, exchange.next],
    answer: (value, exchange) => answer(machine, value, exchange),
  }
}

function answer(machine: Machine, value: Value, exchange: Exchange): void {
  if (value.kind === 'function') {
    callFunctionLike(machine, { callee: value, self: null, args: [], node: exchange.node })
    return
  }
  const status = value.kind === 'object' ? value.fields.get('#status') : undefined
  if (value.kind === 'object' && status) {
    return sendValue(machine, exchange, { via: 'send', status, body: value.fields.get('#body') ?? UNDEFINED })
  }
  const isEmpty = isNullish(value)
  sendValue(machine, exchange, { via: 'send', status: isEmpty ? literal(204) : null, body: value })
}

/** What `BaseHttpController` gives its classes: results that say a status. Null for a name that it does not have. */
export function httpResultMember(name: string): Value | null {
  const result = (status: Value, body: Value): Value =>
    object([
      ['#status', status],
      ['#body', body],
    ])
  if (name === 'json') return native(name, ([body, status]) => result(status ?? literal(200), body ?? UNDEFINED))
  if (name === 'statusCode') return native(name, ([status]) => result(status ?? UNDEFINED, UNDEFINED))
  if (name === 'created') return native(name, ([, body]) => result(literal(201), body ?? UNDEFINED))
  const code = STATUSES.get(name)
  return code === undefined ? null : native(name, ([body]) => result(literal(code), body ?? UNDEFINED))
}

const STATUSES = new Map([
  ['ok', 200],
  ['badRequest', 400],
  ['notFound', 404],
  ['conflict', 409],
  ['internalServerError', 500],
  ['redirect', 302],
])

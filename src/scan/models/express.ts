import { METHODS } from 'node:http'
import { NODE_ENV } from '../interpret/assumptions.ts'
import { type Call, callFunctionLike } from '../interpret/call.ts'
import { type Machine, noteUnresolved, setField } from '../interpret/machine.ts'
import { isLeftOut } from '../interpret/start-conditions.ts'
import {
  knownString,
  native,
  object,
  operation,
  type PackageValue,
  type Registration,
  type RegistrationValue,
  type RouterValue,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { locate, siteOf, ts } from '../syntax/syntax.ts'
import { appendCall, memberNames } from './packages.ts'
import { isPath, readPaths } from './registered-paths.ts'

/** `del` is what Express 4 still calls `delete`. */
const VERBS = new Map<string, string>([
  ...METHODS.map((method): [string, string] => [method.toLowerCase(), method]),
  ['all', 'ALL'],
  ['del', 'DELETE'],
])
const CHAINING = new Set(['enable', 'disable', 'engine', 'on', 'once', 'setMaxListeners'])

/** `express()`, `Router()`, and the middleware that Express ships. */
export function callExpress(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (callee.module !== 'express') return null
  const names = memberNames(callee)
  if (callee.steps.some((step) => step.kind !== 'member')) return null
  if (names.length === 0) return createRouter(machine, true, call)
  if (names.at(-1) === 'Router') return createRouter(machine, false, call)
  if (names.at(-1) === 'express') return createRouter(machine, true, call)
  return appendCall(machine, callee, call)
}

function createRouter(machine: Machine, isApp: boolean, { node, args: [options] }: Call): RouterValue {
  const router: RouterValue = {
    kind: 'router',
    isApp,
    mergesParams: !isApp && options !== undefined && readOption(options, 'mergeParams') !== false,
    isCaseSensitive: !isApp && options !== undefined && readOption(options, 'caseSensitive') === true,
    registrations: [],
    parameters: [],
    settings: new Map(),
    at: locate(machine.root, node),
  }
  machine.routers.push(router)
  machine.making.set(router, [...machine.callStack])
  return router
}

/** Null: only a run knows. */
function readOption(options: Value, name: string): boolean | null {
  if (options.kind === 'literal') return false
  if (options.kind !== 'object') return null
  const value = options.fields.get(name)
  if (value) return value.kind === 'literal' ? Boolean(value.value) : null
  return options.open ? null : false
}

export function routerMember(machine: Machine, owner: RouterValue, name: string): Value {
  const verb = VERBS.get(name)
  if (verb !== undefined)
    return native(name, (args, node) => registerVerb(machine, { router: owner, verb, args, node }))
  if (name === 'param') return native(name, (args, node) => registerParameter(machine, owner, args, node))
  if (name === 'use') return native('use', (args, node) => registerUse(machine, owner, args, node))
  if (name === 'route')
    return native('route', ([path], node) => ({
      kind: 'registration',
      router: owner,
      paths: readPaths(machine, path, node) ?? [],
    }))
  if (name === 'listen') return native('listen', (args, node) => listen(machine, owner, args, node))
  if (name === 'set') return native(name, ([key, value]) => changeSetting(machine, owner, key, value))
  if (CHAINING.has(name)) return native(name, () => owner)
  if (name === 'locals') return localsOf(owner)
  return owner.settings.get(name) ?? UNDEFINED
}

export function registrationMember(machine: Machine, owner: RegistrationValue, name: string): Value {
  const verb = VERBS.get(name)
  if (verb === undefined) return UNDEFINED
  return native(name, (args, node) => {
    for (const path of owner.paths)
      register(
        machine,
        owner.router,
        {
          ...path,
          kind: 'route',
          method: verb,
          guards: name === 'all' && isContinued(node),
          handlers: flatten(args),
        },
        node,
      )
    return owner
  })
}

function registerVerb(
  machine: Machine,
  call: { router: RouterValue; verb: string; args: readonly Value[]; node: ts.Node },
): Value {
  const [first, ...handlers] = call.args
  if (call.verb === 'GET' && handlers.length === 0) return readSetting(call.router, first)
  const paths = readPaths(machine, first, call.node)
  if (!paths) noteUnresolved(machine, 'the path of this route is not known before a run', call.node)
  for (const path of paths ?? []) {
    register(
      machine,
      call.router,
      {
        ...path,
        kind: 'route',
        method: call.verb,
        guards: false,
        handlers: flatten(handlers),
      },
      call.node,
    )
  }
  return call.router
}

/** `app.set('db', db)`. */
function changeSetting(machine: Machine, app: RouterValue, key: Value | undefined, value: Value | undefined): Value {
  const name = knownString(key)
  if (name !== null && value) setField(machine, app.settings, `setting ${name}`, value)
  return app
}

function readSetting(app: RouterValue, key: Value | undefined): Value {
  const name = knownString(key)
  const known = name === null ? undefined : app.settings.get(`setting ${name}`)
  return known ?? (name === 'env' ? NODE_ENV : operation('app setting', key ?? UNDEFINED))
}

/** `app.locals`, the same object whenever it is asked for. */
function localsOf(app: RouterValue): Value {
  const known = app.settings.get('locals')
  if (known) return known
  const locals = object([], { open: true })
  app.settings.set('locals', locals)
  return locals
}

function registerParameter(machine: Machine, router: RouterValue, args: readonly Value[], node: ts.Node): Value {
  const [wanted, callback] = args
  const names = wanted?.kind === 'array' ? wanted.items.map(knownString) : [knownString(wanted)]
  const before = router.parameters.length
  machine.run?.journal.push(() => router.parameters.splice(before))
  for (const name of names) {
    if (name === null || !callback)
      noteUnresolved(machine, 'which parameter this is for is not known before a run', node)
    else router.parameters.push({ name, callback, at: locateCall(machine, node) })
  }
  return router
}

function registerUse(machine: Machine, router: RouterValue, args: readonly Value[], node: ts.Node): Value {
  const [first, ...rest] = args
  const hasPath = isPath(machine, first, node)
  const paths = hasPath ? readPaths(machine, first, node) : [{ path: '/', isRegex: false }]
  if (!paths) noteUnplaced(machine, { on: router, handlers: flatten(rest) }, node)
  for (const path of paths ?? []) {
    register(
      machine,
      router,
      {
        ...path,
        kind: 'use',
        method: '',
        guards: false,
        handlers: flatten(hasPath ? rest : args),
      },
      node,
    )
  }
  return router
}

function noteUnplaced(
  machine: Machine,
  { on, handlers }: { on: RouterValue; handlers: readonly Value[] },
  node: ts.Node,
): void {
  noteUnresolved(machine, 'the path of this mount is not known before a run', node)
  machine.isAppHandedOut ||= handlers.length === 0 || handlers.some(({ kind }) => kind !== 'router')
  for (const handler of handlers) {
    const router = handler.kind === 'namespace' ? handler.member('default') : handler
    if (router?.kind === 'router') machine.unplaced.push({ router, on, at: locateCall(machine, node) })
  }
}

function register(
  machine: Machine,
  router: RouterValue,
  registration: Omit<Registration, 'at' | 'when'>,
  node: ts.Node,
): void {
  if (!machine.run) noteRegistration(machine, router, node)
  const before = router.registrations.length
  machine.run?.journal.push(() => router.registrations.splice(before))
  const when = machine.run ? [] : [...machine.startConditions]
  router.registrations.push({ ...registration, when, at: locateCall(machine, node) })
}

function noteRegistration(machine: Machine, router: RouterValue, node: ts.Node): void {
  const routers = machine.registeredAt.get(siteOf(node)) ?? new Set()
  machine.registeredAt.set(siteOf(node), routers.add(router))
}

function flatten(handlers: readonly Value[]): Value[] {
  return handlers.flatMap((handler) => (handler.kind === 'array' ? flatten(handler.items) : [handler]))
}

function isContinued(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node.parent) && ts.isCallExpression(node.parent.parent)
}

/** The line of `.post(`, which in a chain is not the line where the chain begins. */
function locateCall(machine: Machine, node: ts.Node): Registration['at'] {
  const isMethod = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
  return locate(machine.root, isMethod ? node.expression.name : node)
}

function listen(machine: Machine, app: Value, args: readonly Value[], node: ts.Node): Value {
  if (isLeftOut(machine)) return object([], { open: true })
  const registered = app.kind === 'router' ? app.registrations.length : 0
  machine.listeners.push({ app, at: locate(machine.root, node), file: machine.loading.at(-1) ?? '', registered })
  const callback = args.findLast((arg) => arg.kind === 'function')
  // The callback starts queues and prints; its registrations, if any, come after the app listens.
  if (callback && !machine.run) callFunctionLike(machine, { callee: callback, self: null, args: [], node })
  return object([], { open: true })
}

/** `http.createServer(app).listen(...)`: the app listens through a server. */
export function listenOn(machine: Machine, server: PackageValue): Value | null {
  const made = server.steps.find((step) => step.kind !== 'member')
  const app = made?.args.find((arg) => arg.kind === 'router')
  return app ? native('listen', (args, node) => listen(machine, app, args, node)) : null
}

import { describePackage } from '../interpret/express-value.ts'
import type { Machine } from '../interpret/machine.ts'
import type { Registration, RouterValue, Value } from '../interpret/values.ts'
import { celebrateMiddleware, isCelebrateErrors } from '../models/validators/celebrate.ts'
import { validatorMiddleware } from '../models/validators/express-validator.ts'
import { locate, ts } from '../syntax/syntax.ts'
import type { FunctionReference, Route, StartCondition } from '../types.ts'
import { coversPath, isMountedAbove, type RoutePattern, readPattern, regexPattern } from './route-pattern.ts'

/** One function in the order in which Express asks it. */
export interface Layer {
  readonly kind: 'middleware' | 'error' | 'route'
  /** The full prefix or, for a route, the full path. */
  readonly path: string
  readonly pattern: RoutePattern
  /** What Express takes off the path before it asks the layer. */
  readonly mount: string
  readonly method: string
  readonly guards: boolean
  /** The handlers are callbacks of `app.param()` for the parameter of this name. */
  readonly parameter: string | null
  readonly handlers: readonly Value[]
  readonly at: Registration['at']
  /** What decides at start whether it is there, outermost first. */
  readonly when: readonly StartCondition[]
  /** The routers around the layer, the app first: an error handler sees the errors of its own router and those inside. */
  readonly owners: readonly RouterValue[]
  /** The names that `req.params` has when the layer is asked, or may have. */
  readonly parameters: readonly string[]
}

interface Mount {
  readonly path: string
  readonly owners: readonly RouterValue[]
  readonly when: readonly StartCondition[]
  readonly parameters: readonly string[]
}

/** All layers of an app, sub-routers in place, in registration order: that is the order Express runs them in. */
export function flattenLayers(
  router: RouterValue,
  mount: Mount = { path: '', owners: [], when: [], parameters: [] },
): Layer[] {
  if (mount.owners.includes(router)) return []
  const owners = [...mount.owners, router]
  const parameters = router.mergesParams ? mount.parameters : []
  return router.registrations.flatMap((registration) =>
    flattenRegistration(registration, { ...mount, owners, parameters }),
  )
}

function flattenRegistration(
  registration: Registration,
  { path: prefix, owners, when: around, parameters: seen }: Mount,
): Layer[] {
  const { method, guards, at, kind, isRegex } = registration
  const path = isRegex ? prefix + registration.path : joinPaths(prefix, registration.path)
  const pattern = isRegex ? regexPattern(readPattern(prefix), registration.path) : readPattern(path)
  const mount = kind === 'route' ? prefix : path
  const parameters = [...seen, ...namesIn(registration.path)]
  const when = joinConditions(around, registration.when)
  const layer = { path, pattern, mount, method, guards, parameter: null, at, when, owners, parameters }
  const before = parameterLayers(registration, layer)
  if (kind === 'route') return [...before, { ...layer, kind, path: path || '/', handlers: registration.handlers }]
  const mounted = registration.handlers.flatMap((handler): Layer[] => {
    const inner = asRouter(handler)
    if (inner) return flattenLayers(inner, { path, owners, when, parameters })
    return [{ ...layer, kind: isErrorHandler(handler) ? 'error' : 'middleware', handlers: [handler] }]
  })
  return [...before, ...mounted]
}

/** What `app.param()` puts before a route, for its method only, or before whatever is mounted. */
function parameterLayers({ kind, path }: Registration, layer: Omit<Layer, 'kind' | 'handlers'>): Layer[] {
  const callbacks = layer.owners.at(-1)?.parameters ?? []
  if (callbacks.length === 0) return []
  const names = namesIn(path)
  const asked = callbacks.filter(({ name }) => names.includes(name))
  return asked.map(({ name, callback, at }): Layer => {
    const own = { ...layer, parameter: name, handlers: [callback], at }
    return kind === 'route' ? { ...own, kind, guards: true } : { ...own, kind: 'middleware' }
  })
}

export function namesIn(path: string): string[] {
  return [...path.matchAll(/[:*](\w+)/g)].map(([, name = '']) => name)
}

function asRouter(value: Value): RouterValue | null {
  if (value.kind === 'router') return value
  // `app.use(import x = require())` and default interop: `{ default: router }`.
  if (value.kind === 'namespace') {
    const inner = value.member('default')
    return inner?.kind === 'router' ? inner : null
  }
  return null
}

function isErrorHandler(value: Value): boolean {
  return (value.kind === 'function' && value.node.parameters.length === 4) || isCelebrateErrors(value)
}

/** `/api` + `/orders/` is `/api/orders`. */
function joinPaths(prefix: string, path: string): string {
  const joined = `${prefix}/${path}`.replace(/\/{2,}/g, '/')
  return joined.length > 1 ? joined.replace(/\/$/, '') : ''
}

function joinConditions(around: Layer['when'], own: Layer['when']): Layer['when'] {
  return own.length === 0 ? around : [...around, ...own.filter((one) => !around.some((other) => isSame(one, other)))]
}

function isSame(one: StartCondition, other: StartCondition): boolean {
  return one.condition === other.condition && one.wanted === other.wanted
}

/** Whether a layer is there at a start at which a route is. What no condition of the route settles is as in a test. */
export function isBeside(layer: Pick<Layer, 'when'>, route: Pick<Layer, 'when'>): boolean {
  return layer.when.every((condition) => {
    const { text, wanted } = plain(condition)
    const settled = route.when.map(plain).find((other) => other.text === text)
    return settled ? settled.wanted === wanted : condition.holds
  })
}

/** `!isTest` has to be false where `isTest` has to be true. */
function plain({ condition, wanted }: StartCondition): { text: string; wanted: boolean } {
  if (/^![\w.]+$/.test(condition)) return { text: condition.slice(1), wanted: !wanted }
  const compared = condition.match(/^([\w.]+) !==? ([^&|]+)$/)
  return compared ? { text: `${compared[1]} === ${compared[2]}`, wanted: !wanted } : { text: condition, wanted }
}

/** Whether a route layer answers requests for another route's method and path. */
export function answersSame(layer: Layer, { method, pattern }: Pick<Layer, 'method' | 'pattern'>): boolean {
  if (layer.method !== 'ALL' && layer.method !== method && !(layer.method === 'GET' && method === 'HEAD')) return false
  return coversPath(layer.pattern, pattern)
}

/** The routes of an app, each with what runs before its handler; `shadowedBy` is found out elsewhere. */
export function toRoutes(machine: Machine, layers: readonly Layer[], app: string): { route: Route; layer: Layer }[] {
  const before: Layer[] = []
  return layers.flatMap((layer) => {
    if (layer.kind === 'middleware' || layer.guards) before.push(layer)
    if (layer.kind !== 'route' || layer.guards) return []
    const asked = before.filter(
      (one) =>
        isBeside(one, layer) &&
        (one.kind === 'middleware' ? isMountedAbove(one.pattern, layer.pattern) : answersSame(one, layer)),
    )
    const own = { handlers: layer.handlers.slice(0, -1), at: layer.at }
    const chain = [...asked, own].flatMap(({ handlers, at }) => handlers.map((value) => refer(machine, value, at)))
    const route: Route = {
      method: layer.method,
      path: layer.path,
      file: layer.at.file,
      line: layer.at.line,
      app,
      handler: refer(machine, layer.handlers.at(-1), layer.at),
      middleware: chain,
      when: layer.when,
      shadowedBy: null,
    }
    return [{ route, layer }]
  })
}

function refer(machine: Machine, value: Value | undefined, fallback: Registration['at']): FunctionReference {
  if (value?.kind === 'function') {
    const at = locate(machine.root, value.node)
    return { name: value.name || innerName(value.node) || '(anonymous)', file: at.file, line: at.line }
  }
  if (value?.kind === 'native' && value.stands) return { ...refer(machine, value.stands, fallback), name: value.name }
  return { name: value ? describeHandler(value) : '(none)', file: fallback.file, line: fallback.line }
}

function innerName(node: ts.Node): string | null {
  const { parent } = node
  if (parent && ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text
  return parent && ts.isPropertyAssignment(parent) ? parent.name.getText() : null
}

function describeHandler(value: Value): string {
  if (value.kind === 'package') return describePackage(value)
  return value.kind === 'native' && value.name ? value.name : `(${value.kind})`
}

/** Packages whose one purpose is to pass an async handler's rejection to `next`. */
const WRAPPERS = /async|await|promise|wrap|catch/i

/**
 * The function that Express calls for a handler: itself, the function that a wrapper package was given, or an object's
 * `handle`. Null when the project's code does not show it.
 */
export function callableOf(machine: Machine, value: Value, layer: Layer): Value | null {
  if (value.kind === 'function' || value.kind === 'native') return value
  if (value.kind === 'package') {
    const call = WRAPPERS.test(value.module) ? value.steps.findLast((step) => step.kind === 'call') : undefined
    const wrapped = call?.kind === 'call' ? call.args.findLast((arg) => arg.kind === 'function') : undefined
    return wrapped ?? validatorMiddleware(machine, value) ?? celebrateMiddleware(machine, value)
  }
  const handle = value.kind === 'object' ? (value.fields.get('handle') ?? null) : null
  if (handle?.kind === 'function') return handle
  const what = `a handler that is no function as far as analysis can tell (${value.kind})`
  const records = machine.run?.unresolved ?? machine.unresolved
  records.set(`${what} ${layer.at.file}:${layer.at.line}`, { what, text: '', at: layer.at })
  return null
}

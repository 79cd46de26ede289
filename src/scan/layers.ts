import { describePackage } from './express-value.ts'
import type { Machine } from './machine.ts'
import { celebrateMiddleware, isCelebrateErrors } from './models/celebrate.ts'
import { validatorMiddleware } from './models/express-validator.ts'
import { locate, ts } from './syntax.ts'
import type { FunctionReference, Route } from './types.ts'
import type { Registration, RouterValue, Value } from './values.ts'

/** One function in the order in which Express asks it. */
export interface Layer {
  readonly kind: 'middleware' | 'error' | 'route'
  /** The full prefix or, for a route, the full path. */
  readonly path: string
  readonly method: string
  readonly guards: boolean
  readonly handlers: readonly Value[]
  readonly at: Registration['at']
  /** The routers around the layer, the app first: an error handler sees the errors of its own router and those inside. */
  readonly owners: readonly RouterValue[]
}

/** All layers of an app, sub-routers in place, in registration order: that is the order Express runs them in. */
export function flattenLayers(
  machine: Machine,
  router: RouterValue,
  prefix = '',
  outer: readonly RouterValue[] = [],
): Layer[] {
  if (outer.includes(router)) return []
  const owners = [...outer, router]
  return router.registrations.flatMap((registration) => {
    const path = joinPaths(prefix, registration.path)
    if (registration.kind === 'route') {
      return [
        {
          kind: 'route',
          path: path || '/',
          method: registration.method,
          guards: registration.guards,
          handlers: registration.handlers,
          at: registration.at,
          owners,
        } as const,
      ]
    }
    return registration.handlers.flatMap((handler): Layer[] => {
      const inner = asRouter(handler)
      if (inner) return flattenLayers(machine, inner, path, owners)
      return [
        {
          kind: isErrorHandler(handler) ? 'error' : 'middleware',
          path,
          method: '',
          guards: false,
          handlers: [handler],
          at: registration.at,
          owners,
        },
      ]
    })
  })
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

/** Whether a request for `path` passes a mount at `prefix`, parameters matching anything. */
export function isMountedAbove(prefix: string, path: string): boolean {
  const wanted = prefix.split('/').filter(Boolean)
  const given = path.split('/').filter(Boolean)
  return wanted.every((segment, index) => {
    const actual = given[index]
    if (segment.startsWith('*') || segment.startsWith('{*') || segment === '(.*)') return true
    if (actual === undefined) return false
    return segment === actual || segment.startsWith(':')
  })
}

/** Whether a route layer answers requests for another route's method and path. */
export function answersSame(layer: Layer, route: { readonly method: string; readonly path: string }): boolean {
  if (layer.method !== 'ALL' && layer.method !== route.method) return false
  const [wanted, given] = [layer.path.split('/').filter(Boolean), route.path.split('/').filter(Boolean)]
  return wanted.length === given.length && isMountedAbove(layer.path, route.path)
}

export function toRoute(machine: Machine, layers: readonly Layer[], index: number): Route | null {
  const layer = layers[index]
  if (!layer || layer.guards) return null
  const handler = layer.handlers.at(-1)
  const before = layers
    .slice(0, index)
    .filter(
      (candidate) =>
        (candidate.kind === 'middleware' && isMountedAbove(candidate.path, layer.path)) ||
        (candidate.guards && answersSame(candidate, layer)),
    )
  const chain = [...before.flatMap((candidate) => candidate.handlers), ...layer.handlers.slice(0, -1)]
  return {
    method: layer.method,
    path: layer.path,
    file: layer.at.file,
    line: layer.at.line,
    app: '',
    handler: refer(machine, handler, layer.at),
    middleware: chain.map((value) => refer(machine, value, layer.at)),
  }
}

function refer(machine: Machine, value: Value | undefined, fallback: Registration['at']): FunctionReference {
  if (value?.kind === 'function') {
    const at = locate(machine.root, value.node)
    return { name: value.name || innerName(value.node) || '(anonymous)', file: at.file, line: at.line }
  }
  return { name: value ? describeHandler(value) : '(none)', file: fallback.file, line: fallback.line }
}

function innerName(node: ts.Node): string | null {
  const { parent } = node
  if (parent && ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text
  return parent && ts.isPropertyAssignment(parent) ? parent.name.getText() : null
}

function describeHandler(value: Value): string {
  return value.kind === 'package' ? describePackage(value) : `(${value.kind})`
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

import type { Handler, ProbeRecord } from './record.ts'
import type { ProbedRoute } from './types.ts'

type Use = Extract<ProbeRecord, { kind: 'use' }>
type Made = Extract<ProbeRecord, { kind: 'route' }>
type Verb = Extract<ProbeRecord, { kind: 'verb' }>

interface Registrations {
  /** Of each router, in order. */
  readonly steps: ReadonlyMap<number, readonly (Use | Made)[]>
  readonly verbs: ReadonlyMap<number, readonly Verb[]>
  /** The router inside each app. */
  readonly routers: ReadonlyMap<number, number>
}

type Layer =
  | { readonly kind: 'middleware'; readonly path: string }
  | { readonly kind: 'route'; readonly path: string; readonly verb: Verb; readonly guards: boolean }

/** The full routes of every app that is not mounted on another, from what was registered where. */
export function joinRecords(records: readonly ProbeRecord[]): ProbedRoute[] {
  const registrations = sort(records)
  const mounted = new Set(
    records.flatMap((record) => (record.kind === 'use' ? record.handlers.flatMap(({ router }) => router ?? []) : [])),
  )
  const apps = records.flatMap((record) => (record.kind === 'app' ? [record.id] : []))
  const routes = apps
    .filter((app) => !mounted.has(app))
    .flatMap((app) => readRoutes(flatten(registrations, { router: app, prefix: '', outer: [] })))
  return distinct(routes)
}

function sort(records: readonly ProbeRecord[]): Registrations {
  const steps = new Map<number, (Use | Made)[]>()
  const verbs = new Map<number, Verb[]>()
  const routers = new Map<number, number>()
  for (const record of records) {
    if (record.kind === 'use' || record.kind === 'route') push(steps, record.router, record)
    if (record.kind === 'verb') push(verbs, record.route, record)
    if (record.kind === 'owns') routers.set(record.app, record.router)
  }
  return { steps, verbs, routers }
}

function push<T>(lists: Map<number, T[]>, key: number, item: T): void {
  lists.set(key, [...(lists.get(key) ?? []), item])
}

interface Place {
  readonly router: number
  readonly prefix: string
  /** The routers around this one: a router inside itself is not followed again. */
  readonly outer: readonly number[]
}

function flatten(registrations: Registrations, place: Place): Layer[] {
  const id = registrations.routers.get(place.router) ?? place.router
  if (place.outer.includes(id)) return []
  return (registrations.steps.get(id) ?? []).flatMap((step) =>
    step.paths.flatMap((path): Layer[] => {
      const full = joinPaths(place.prefix, path)
      if (step.kind === 'route') return readVerbs(registrations.verbs.get(step.route) ?? [], full)
      return step.handlers.flatMap((handler): Layer[] => {
        if (handler.router === null) return isErrorHandler(handler) ? [] : [{ kind: 'middleware', path: full }]
        return flatten(registrations, { router: handler.router, prefix: full, outer: [...place.outer, id] })
      })
    }),
  )
}

/** `.all` in a chain that goes on guards the verbs after it and is no endpoint. */
function readVerbs(verbs: readonly Verb[], path: string): Layer[] {
  return verbs.map((verb, index) => ({
    kind: 'route',
    path,
    verb,
    guards: verb.method === 'ALL' && index < verbs.length - 1,
  }))
}

function isErrorHandler({ parameters }: Handler): boolean {
  return parameters === 4
}

function readRoutes(layers: readonly Layer[]): ProbedRoute[] {
  const before: { readonly path: string; readonly isExact: boolean; readonly count: number }[] = []
  return layers.flatMap((layer) => {
    if (layer.kind === 'middleware') {
      before.push({ path: layer.path, isExact: false, count: 1 })
      return []
    }
    const { path, verb } = layer
    if (layer.guards) {
      before.push({ path, isExact: true, count: verb.handlers.length })
      return []
    }
    const own = verb.handlers.length - 1
    const passed = before.filter((one) => isAbove(one, path)).map((one) => one.count)
    return [
      { method: verb.method, path: path || '/', at: verb.at, before: passed.reduce((sum, one) => sum + one, own) },
    ]
  })
}

/** `/api` + `/orders/` is `/api/orders`; a regular expression stays as it is written. */
function joinPaths(prefix: string, path: string): string {
  const joined = `${prefix}/${path}`.replace(/\/{2,}/g, '/')
  return joined.length > 1 ? joined.replace(/\/$/, '') : ''
}

/** A factory that was called twice makes the same routes twice. */
function distinct(routes: readonly ProbedRoute[]): ProbedRoute[] {
  const byKey = new Map(
    routes.map((route) => [`${route.method} ${route.path} ${route.at?.file}:${route.at?.line}`, route]),
  )
  return [...byKey.values()]
}

/** Whether a request for the path of a route passes a mount, or is for a guard's own path, parameters matching anything. */
function isAbove(one: { readonly path: string; readonly isExact: boolean }, path: string): boolean {
  const [wanted, given] = [split(one.path), split(path)]
  if (one.isExact && wanted.length !== given.length) return false
  return wanted.every((segment, index) => {
    if (/^(?:\{?\*|\(\.\*\))/.test(segment)) return true
    const actual = given[index]
    return actual !== undefined && (segment.startsWith(':') || segment.toLowerCase() === actual.toLowerCase())
  })
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

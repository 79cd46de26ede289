import type { Route, RouteReference, ScanFinding } from '../types.ts'
import { isBeside, type Layer } from './layers.ts'
import { createPatternIndex, type RoutePattern } from './route-pattern.ts'

export interface Reach {
  readonly shadowedBy: RouteReference | null
  readonly finding: ScanFinding | null
}

/** Whether a layer may pass a request on after all: true, false, or null when the code does not tell. */
export type PassesOn = (layer: Layer) => boolean | null

/**
 * For each route, in the order in which Express asks the layers, what answers all of its requests before it. Only a layer
 * whose code is seen to answer always counts.
 */
export function findShadows(
  layers: readonly Layer[],
  routes: ReadonlyMap<Layer, Route>,
  passesOn: PassesOn,
): ReadonlyMap<Layer, Reach> {
  const index = createPatternIndex<Layer>()
  const found = new Map<Layer, Reach>()
  for (const layer of layers) {
    const route = routes.get(layer)
    const earlier = route ? index.covering(layer.pattern).filter((one) => isEarlier(one, layer)) : []
    if (route && earlier.length > 0) found.set(layer, describeReach({ route, layer, earlier, passesOn }))
    if (route) index.add(layer.pattern, layer)
    else if (answersEverything(layer)) index.add(belowOf(layer.pattern), layer)
  }
  return found
}

function isEarlier(one: Layer, layer: Layer): boolean {
  return answersMethod(one, layer.method) && isBeside(one, layer) && !(mindsCase(one) && differsInCase(one, layer))
}

function mindsCase({ owners }: Layer): boolean {
  const router = owners.at(-1)
  const setting = router?.settings.get('setting case sensitive routing')
  return router?.isCaseSensitive === true || (setting !== undefined && !(setting.kind === 'literal' && !setting.value))
}

function differsInCase(one: Layer, other: Layer): boolean {
  const words = other.path.split('/')
  return one.path.split('/').some((word, index) => {
    const second = words[index] ?? ''
    return !word.startsWith(':') && word !== second && word.toLowerCase() === second.toLowerCase()
  })
}

function answersMethod(layer: Layer, method: string): boolean {
  if (layer.method === 'GET' && method === 'HEAD') return true
  return layer.kind === 'middleware' || layer.method === 'ALL' || layer.method === method
}

/** A middleware that takes no `next` can't pass anything on. */
function answersEverything(layer: Layer): boolean {
  if (layer.kind !== 'middleware') return false
  const [handler] = layer.handlers
  if (handler?.kind !== 'function' || handler.node.parameters.length !== 2) return false
  return (
    !handler.node.parameters.some(({ dotDotDotToken }) => dotDotDotToken) &&
    !/\barguments\b/.test(handler.node.getText())
  )
}

function belowOf(pattern: RoutePattern): RoutePattern {
  return { ...pattern, segments: [...pattern.segments, { kind: 'rest' }] }
}

function describeReach(subject: {
  readonly route: Route
  readonly layer: Layer
  readonly earlier: readonly Layer[]
  readonly passesOn: PassesOn
}): Reach {
  const { route, layer, earlier, passesOn } = subject
  const shadow = earlier.find((one) => one.kind === 'middleware' || passesOn(one) === false) ?? null
  const twin = earlier.find((one) => one.kind === 'route' && isTwin(one, layer)) ?? null
  const named = twin ?? shadow
  if (!named) return { shadowedBy: null, finding: null }
  const kind = twin ? 'duplicate-route' : 'shadowed-route'
  const first = `${`${named.method} ${named.path || '/'}`.trim()} (${named.at.file}:${named.at.line})`
  const message = twin
    ? `${route.method} ${route.path} is registered twice; ${shadow ? `${first} answers` : `${first} is asked first`}`
    : `${route.method} ${route.path} is never reached: ${named.kind === 'middleware' ? 'the middleware at ' : ''}${first} answers first`
  return {
    shadowedBy: shadow ? { method: shadow.method, path: shadow.path || '/', ...shadow.at } : null,
    finding: { kind, message, at: { file: route.file, line: route.line } },
  }
}

/** The same method and path, whatever the parameters are called. */
function isTwin(one: Layer, other: Layer): boolean {
  return one.method === other.method && unnamed(one.path) === unnamed(other.path)
}

function unnamed(path: string): string {
  return path.toLowerCase().replace(/:\w+/g, ':')
}

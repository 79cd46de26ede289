import { type Machine, setField } from '../interpret/machine.ts'
import { literal, object, operation, type RequestValue, symbol, type Value } from '../interpret/values.ts'
import type { Route } from '../types.ts'
import { type Layer, namesIn } from './layers.ts'

/** Where a request for the route stands when Express asks a layer: what `req.path` and its like hold there. */
export function placeRequest(
  machine: Machine,
  request: RequestValue,
  { route, layer }: { route: Pick<Route, 'path'>; layer: Layer },
): void {
  const segments = route.path.split('/').filter(Boolean)
  // Which request leads to a pattern or a catch-all is not known, and so neither is what it looks like.
  if (segments.some((segment) => !/^:?[\w.~-]+$/.test(segment))) return
  const mounted = layer.mount.split('/').filter(Boolean).length
  const path = pathOf(segments.slice(mounted))
  const full = pathOf(segments)
  const query = operation('query string')
  setField(machine, request.fields, 'path', path)
  placeParameters(machine, request, { route, layer })
  setField(machine, request.fields, 'baseUrl', mounted === 0 ? literal('') : pathOf(segments.slice(0, mounted)))
  setField(machine, request.fields, 'url', operation('concat', path, query))
  setField(machine, request.fields, 'originalUrl', operation('concat', full, query))
}

/** A router sees the parameters of what it is mounted at only with `mergeParams`. */
function placeParameters(
  machine: Machine,
  request: RequestValue,
  { route, layer }: { route: Pick<Route, 'path'>; layer: Layer },
): void {
  const before = request.fields.get('params')
  // What the code itself put there stays.
  if (before && !placed.has(before)) return
  const isHidden = namesIn(layer.path).some((name) => !layer.parameters.includes(name))
  if (!isHidden && !before) return
  const seen = namesIn(route.path).filter((name) => layer.parameters.includes(name))
  const fields = seen.map((name): [string, Value] => [name, symbol({ kind: 'input', from: 'params', path: [name] })])
  const params = isHidden ? object(fields) : symbol({ kind: 'input', from: 'params', path: [] })
  placed.add(params)
  setField(machine, request.fields, 'params', params)
}

const placed = new WeakSet<Value>()

function pathOf(segments: readonly string[]): Value {
  if (segments.every((segment) => !segment.startsWith(':'))) return literal(`/${segments.join('/')}`)
  const parts = segments.flatMap((segment): Value[] => [
    literal('/'),
    segment.startsWith(':') ? symbol({ kind: 'input', from: 'params', path: [segment.slice(1)] }) : literal(segment),
  ])
  return operation('concat', ...joinLiterals(parts))
}

/** Fixed parts side by side are one: the longer it is, the more can be told from it. */
function joinLiterals(parts: readonly Value[]): Value[] {
  const joined: Value[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last?.kind === 'literal' && part.kind === 'literal')
      joined[joined.length - 1] = literal(`${last.value}${part.value}`)
    else joined.push(part)
  }
  return joined
}

import path from 'node:path'
import type { Machine } from '../interpret/machine.ts'
import { ts } from '../syntax/syntax.ts'
import type { OpaqueMount, Route, ScanFinding } from '../types.ts'
import type { FoundApp } from './find-app.ts'
import { flattenLayers, type Layer, toRoutes } from './layers.ts'
import { findOpaque } from './opaque.ts'
import { findShadows } from './shadowing.ts'
import { passesOn } from './trace-route.ts'

/** A route with what the trace of it starts from. */
export interface IndexedRoute {
  readonly route: Route
  readonly layer: Layer
  readonly layers: readonly Layer[]
  readonly app: FoundApp
}

export interface RouteIndex {
  readonly routes: readonly IndexedRoute[]
  readonly opaque: readonly OpaqueMount[]
  readonly findings: readonly ScanFinding[]
}

/** Every route of the apps, in the order in which Express asks them. */
export function indexRoutes(machine: Machine, apps: readonly FoundApp[]): RouteIndex {
  const indexes = withoutCopies(apps.map((app) => indexApp(machine, app)))
  return {
    routes: indexes.flatMap(({ routes }) => routes),
    opaque: indexes.flatMap(({ opaque }) => opaque),
    findings: indexes.flatMap(({ findings }) => findings),
  }
}

/** What one factory makes for several entries, a server and a serverless function, is one app. */
function withoutCopies(indexes: readonly RouteIndex[]): RouteIndex[] {
  const distinct = new Map<string, RouteIndex>()
  for (const index of indexes) {
    const routes = index.routes.map(({ route }) => route)
    const key = JSON.stringify([routes, index.opaque, index.findings])
    if (!distinct.has(key)) distinct.set(key, index)
  }
  return [...distinct.values()]
}

function indexApp(machine: Machine, app: FoundApp): RouteIndex {
  const name = `${app.router.at.file}:${app.router.at.line}`
  const layers = flattenLayers(app.router)
  const found = toRoutes(machine, layers, name)
  const reaches = findShadows(layers, new Map(found.map(({ route, layer }) => [layer, route])), (layer) =>
    passesOn(machine, layer, { expressMajor: app.entry.expressMajor, anchor: registrationOf(machine, layer.at) }),
  )
  return {
    routes: found.map(({ route, layer }) => {
      const shadowedBy = reaches.get(layer)?.shadowedBy ?? null
      return { route: { ...route, shadowedBy }, layer, layers, app }
    }),
    opaque: findOpaque(layers, name, machine.root),
    findings: [...reaches.values()].flatMap(({ finding }) => finding ?? []),
  }
}

/** The statement that registers a route: where Express's own last word is said to come from. */
export function registrationOf(machine: Machine, at: Layer['at']): ts.Node {
  const { tree } = machine.parser.parse(path.resolve(machine.root, at.file))
  const lineAt = (position: number): number => tree.getLineAndCharacterOfPosition(position).line + 1
  const holds = (node: ts.Node): boolean => lineAt(node.getStart(tree)) <= at.line && at.line <= lineAt(node.end)
  let found: ts.Node = tree.statements.find(holds) ?? tree
  for (let inner: ts.Node | undefined = found; inner && lineAt(found.getStart(tree)) < at.line; ) {
    inner = ts.forEachChild(found, (child) => (holds(child) ? child : undefined))
    found = inner ?? found
  }
  return found
}

import { ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { HarnessState } from '../state.ts'

/** `POST /orders/:id`: the route whose dispatches are counted. */
export const ROUTE_VARIABLE = 'ITEST_ROUTE'
/** A status, e.g. `501`: the route answers it instead of running its own handlers. */
export const ABLATE_VARIABLE = 'ITEST_ABLATE'

interface RouteUnderTest {
  readonly method: string
  readonly segments: readonly string[]
}

/**
 * Watches Express dispatch its routes. At that point the middleware of the app and of the routers has run and the
 * route's own has not. Must run before the app is imported: Express 4 binds `dispatch` when a route is registered.
 */
export function watchRoute(state: HarnessState): void {
  const route = readRoute()
  if (route === null) return
  state.ablate = readAblation()
  const prototype = findRoutePrototype(state.root)
  const dispatch: unknown = prototype && Reflect.get(prototype, 'dispatch')
  if (prototype === null || typeof dispatch !== 'function') return
  const seen = new WeakSet<object>()
  Reflect.set(prototype, 'dispatch', function dispatchWatched(this: object, ...args: unknown[]) {
    const [request, response] = args
    if (!isObject(request) || !isUnderTest(route, request, Reflect.get(this, 'path'))) {
      return Reflect.apply(dispatch, this, args)
    }
    if (!seen.has(request)) state.routeHits += 1
    seen.add(request)
    if (state.ablate === null || !(response instanceof ServerResponse)) return Reflect.apply(dispatch, this, args)
    response.writeHead(state.ablate, { 'content-type': 'application/json' }).end('{}')
  })
}

function readRoute(): RouteUnderTest | null {
  const [method, path] = (process.env[ROUTE_VARIABLE] ?? '').split(' ')
  if (!method || path === undefined) return null
  return { method: method.toUpperCase(), segments: split(path) }
}

function readAblation(): number | null {
  const ablate = process.env[ABLATE_VARIABLE]
  return ablate ? Number(ablate) : null
}

/** The copy that the app gets: Vitest leaves packages to Node, whose module cache this shares. */
function findRoutePrototype(root: string): object | null {
  try {
    const express: unknown = createRequire(join(root, 'package.json'))('express')
    const route: unknown = isObject(express) ? Reflect.get(express, 'Route') : null
    const prototype: unknown = isObject(route) ? Reflect.get(route, 'prototype') : null
    return isObject(prototype) ? prototype : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isUnderTest(route: RouteUnderTest, request: object, path: unknown): boolean {
  const method: unknown = Reflect.get(request, 'method')
  if (route.method !== 'ALL' && route.method !== method) return false
  const mount = split(String(Reflect.get(request, 'baseUrl') ?? ''))
  const paths: unknown[] = Array.isArray(path) ? path : [path]
  return paths.some((candidate) => isSamePath(route.segments, mount, split(String(candidate))))
}

/** The mount path is what the client sent, so any value fits a parameter; the route's own path is a pattern. */
function isSamePath(expected: readonly string[], mount: readonly string[], own: readonly string[]): boolean {
  if (expected.length !== mount.length + own.length) return false
  return expected.every((segment, index) => {
    const parameter = segment.startsWith(':')
    if (index < mount.length) return parameter || isSame(segment, mount[index])
    const actual = own[index - mount.length]
    return parameter ? actual?.startsWith(':') === true : isSame(segment, actual)
  })
}

/** Express ignores case unless it is told not to. */
function isSame(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase()
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { findOwnFrame } from '../../run/error-facts.ts'
import type { HarnessState } from '../state.ts'
import type { RequestEntry } from './test-watch.ts'

type Method = (this: unknown, ...args: unknown[]) => unknown

const watched = new WeakSet<object>()

/**
 * Sees every Express app of the worker: which file makes it, which requests it gets, and to which route each is dispatched.
 * Must run before an app is made: Express 4 binds `dispatch` when a route is registered.
 */
export function watchApps(state: HarnessState): void {
  const express = findExpress(state.root)
  if (express !== null) watchExpress(state, express)
}

function watchExpress(state: HarnessState, express: object): void {
  const application: unknown = Reflect.get(express, 'application')
  const route: unknown = Reflect.get(express, 'Route')
  const prototype: unknown = typeof route === 'function' ? route.prototype : null
  if (isObject(application)) watchApplication(state, application)
  if (isObject(prototype)) watchDispatch(state, prototype)
}

function watchApplication(state: HarnessState, application: object): void {
  const madeBy = new WeakMap<object, string>()
  wrap(application, 'init', (app) => {
    const maker = findMaker(state.root)
    if (isObject(app)) madeBy.set(app, maker)
    state.makers.add(maker)
  })
  wrap(application, 'handle', (app, request) => {
    const entry = findEntry(state, request)
    // An app may be mounted in another one, which then got the request first.
    if (entry && isObject(app)) entry.madeBy ??= madeBy.get(app) ?? ''
  })
}

function watchDispatch(state: HarnessState, prototype: object): void {
  wrap(prototype, 'dispatch', (route, request) => {
    const entry = findEntry(state, request)
    if (!entry || !isObject(route) || !isObject(request)) return
    const path = readPath(Reflect.get(route, 'path'))
    if (isCatchAll(path)) return
    entry.route = `${entry.method} ${join('/', String(Reflect.get(request, 'baseUrl') ?? ''), path)}`.replace(
      /(?<=.)\/$/,
      '',
    )
  })
}

/** Runs `note` before the method; it must not throw. */
function wrap(owner: object, name: string, note: (self: unknown, ...args: unknown[]) => void): void {
  const method: unknown = Reflect.get(owner, name)
  if (!isMethod(method) || watched.has(method)) return
  const noting: Method = function noted(...args) {
    note(this, ...args)
    return Reflect.apply(method, this, args)
  }
  watched.add(noting)
  Reflect.set(owner, name, noting)
}

/** Whatever comes here fell through all the others. */
function isCatchAll(path: string): boolean {
  return /^\/?(?:\*\w*|\(\.\*\)|\{\/?\*\w+\}|:\w+\(\.\*\)|\/\^?\.\*\$?\/\w*)$/.test(path)
}

function readPath(path: unknown): string {
  if (Array.isArray(path)) return readPath(path[0])
  return String(path)
}

function findEntry(state: HarnessState, request: unknown): RequestEntry | null {
  return (isObject(request) && state.entries.get(request)) || null
}

/** The first file of the project on the way to `express()`. */
function findMaker(root: string): string {
  return findOwnFrame(new Error('here').stack ?? '', root)?.file ?? ''
}

/** The copy that the app gets: Vitest leaves packages to Node, whose module cache this shares. */
function findExpress(root: string): object | null {
  try {
    const express: unknown = createRequire(join(root, 'package.json'))('express')
    return isObject(express) ? express : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function'
}

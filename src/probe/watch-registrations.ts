import { readFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { Handler } from './record.ts'
import type { Recorder } from './recorder.ts'

type Method = (this: object, ...args: unknown[]) => unknown

/** Express 4 and 5 under any folder name; the router of Express 5 is a package of its own. */
const EXPRESS_FILE = /[\\/]lib[\\/]express\.js$/
const VERBS = [...http.METHODS.map((method) => method.toLowerCase()), 'all']

/**
 * Records what is registered with every copy of Express that is loaded from now on. Registration is watched, not the
 * result: Express 4 keeps a mount path as a regular expression only, and Express 5 forgets it.
 */
export function watchRegistrations(recorder: Recorder): void {
  const { extensions } = createRequire(import.meta.url)
  const load = extensions['.js']
  if (!load) return
  const watch = createWatch(recorder)
  extensions['.js'] = (module, file) => {
    load(module, file)
    if (EXPRESS_FILE.test(file) && isExpress(file)) watch(module.exports)
  }
}

function isExpress(file: string): boolean {
  const folder = dirname(dirname(file))
  if (basename(folder) === 'express') return true
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return isObject(manifest) && Reflect.get(manifest, 'name') === 'express'
  } catch {
    // No package of its own, so not Express.
    return false
  }
}

interface Watch {
  readonly recorder: Recorder
  readonly idOf: (value: object) => number
  /** The innermost call of a method of an app that is under way: Express passes it on to the app's router. */
  call: AppCall | null
  readonly owned: WeakSet<object>
  /** Express 4 is putting its own middleware into a new router. */
  isInternal: boolean
}

interface AppCall {
  readonly app: object
  readonly name: string
  /** Apps among the arguments of `use`, which Express wraps one after the other. */
  readonly apps: object[]
  recorded: boolean
}

function createWatch(recorder: Recorder): (express: unknown) => void {
  const watch: Watch = { recorder, idOf: createIds(), call: null, owned: new WeakSet(), isInternal: false }
  return (express) => {
    if (!isObject(express)) return
    const [router, route, app] = ['Router', 'Route', 'application'].map((name): unknown => Reflect.get(express, name))
    if (!isObject(router) || !isObject(route) || !isObject(app)) return
    watchApp(watch, app)
    watchRouter(watch, findPrototype(router))
    watchRoute(watch, findPrototype(route))
  }
}

/** Express 4's `Router` is itself the prototype of its routers. */
function findPrototype(router: object): object {
  const prototype: unknown = Reflect.get(router, 'prototype')
  return isObject(prototype) && typeof Reflect.get(prototype, 'get') === 'function' ? prototype : router
}

function createIds(): (value: object) => number {
  const ids = new WeakMap<object, number>()
  let last = 0
  return (value) => {
    const known = ids.get(value)
    if (known !== undefined) return known
    last += 1
    ids.set(value, last)
    return last
  }
}

function watchApp(watch: Watch, prototype: object): void {
  wrap(prototype, 'init', (original) => {
    return function init(...args) {
      watch.recorder.record({ kind: 'app', id: watch.idOf(this), at: watch.recorder.caller() })
      return Reflect.apply(original, this, args)
    }
  })
  wrap(prototype, 'lazyrouter', (original) => {
    return function lazyrouter(...args) {
      watch.isInternal = true
      try {
        return Reflect.apply(original, this, args)
      } finally {
        watch.isInternal = false
      }
    }
  })
  for (const name of ['use', 'route', ...VERBS]) {
    wrap(prototype, name, (original) => {
      return function passedOn(...args) {
        const outer = watch.call
        watch.call = { app: this, name, apps: name === 'use' ? flatten(args).filter(isApp) : [], recorded: false }
        try {
          return Reflect.apply(original, this, args)
        } finally {
          watch.call = outer
        }
      }
    })
  }
}

function watchRouter(watch: Watch, prototype: object): void {
  const { recorder, idOf } = watch
  wrap(prototype, 'use', (original) => {
    return function use(...args) {
      own(watch, this)
      if (watch.isInternal) return Reflect.apply(original, this, args)
      const [first, ...rest] = args
      const hasPath = isPath(first)
      const handlers = flatten(hasPath ? rest : args).map((value) => describeHandler(watch, value))
      const paths = hasPath ? readPaths(first) : ['/']
      recorder.record({ kind: 'use', router: idOf(this), paths, handlers, at: recorder.caller() })
      return Reflect.apply(original, this, args)
    }
  })
  wrap(prototype, 'route', (original) => {
    return function route(...args) {
      own(watch, this)
      const made = Reflect.apply(original, this, args)
      if (isObject(made))
        recorder.record({ kind: 'route', router: idOf(this), route: idOf(made), paths: readPaths(args[0]) })
      return made
    }
  })
}

function watchRoute(watch: Watch, prototype: object): void {
  const { recorder, idOf } = watch
  for (const verb of VERBS) {
    wrap(prototype, verb, (original) => {
      return function register(...args) {
        // `app.all` registers each verb in turn.
        const isAll = watch.call?.name === 'all'
        if (!isAll || watch.call?.recorded === false) {
          const handlers = flatten(args).map((value) => describeHandler(watch, value))
          const method = isAll ? 'ALL' : verb.toUpperCase()
          recorder.record({ kind: 'verb', route: idOf(this), method, handlers, at: recorder.caller() })
          if (watch.call) watch.call.recorded = true
        }
        return Reflect.apply(original, this, args)
      }
    })
  }
}

/** An app makes its router when it first needs it, which is while one of its own methods runs. */
function own({ call, owned, recorder, idOf }: Watch, router: object): void {
  if (!call || owned.has(call.app) || call.app === router) return
  owned.add(call.app)
  recorder.record({ kind: 'owns', app: idOf(call.app), router: idOf(router) })
}

function describeHandler(watch: Watch, value: unknown): Handler {
  // The function that Express 4 and 5 put around an app that is mounted on another.
  const isWrapped = typeof value === 'function' && value.name === 'mounted_app'
  const inner = isWrapped ? (watch.call?.apps.shift() ?? value) : value
  if (typeof inner !== 'function') return { name: typeof inner, parameters: 0, router: null }
  return { name: inner.name, parameters: inner.length, router: isRouter(inner) ? watch.idOf(inner) : null }
}

function wrap(prototype: object, name: string, make: (original: Method) => Method): void {
  const original: unknown = Reflect.get(prototype, name)
  if (!isMethod(original)) return
  const made = make(original)
  Object.defineProperty(made, 'name', { value: original.name })
  Reflect.set(prototype, name, made)
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function'
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isRouter(value: object): boolean {
  return typeof Reflect.get(value, 'handle') === 'function' && typeof Reflect.get(value, 'use') === 'function'
}

function isApp(value: unknown): value is object {
  return isObject(value) && isRouter(value) && typeof Reflect.get(value, 'set') === 'function'
}

function flatten(values: readonly unknown[]): unknown[] {
  return values.flat(Number.POSITIVE_INFINITY)
}

/** Express takes the first argument of `use` for a path unless it is a function, or a list that begins with one. */
function isPath(value: unknown): boolean {
  const [first] = flatten([value])
  return typeof first !== 'function' && first !== undefined
}

function readPaths(value: unknown): string[] {
  return flatten([value]).map(String)
}

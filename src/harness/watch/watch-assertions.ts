import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { HarnessState } from '../state.ts'
import { noteAssertion, noteSite } from './note-assertion.ts'

/** Of the Vitest that runs the tests: imported from here it could be another copy. */
export type Chai = typeof import('vitest').chai

/** What is asked again and again while tests run. */
export interface AssertionWatch {
  /** Before each test: packages and matchers come with the test file. */
  watchLater(): void
  /** What stands in the place of Vitest's own matchers now. */
  listTampered(): string[]
}

type Matcher = (this: unknown, ...args: unknown[]) => unknown

/** What only leads to the next word, and what is watched by itself. */
const NO_ASSERTION = new Set(['assert', 'constructor', 'withTest', 'withContext'])

/** What is ours by now, and what it stands before. */
const wrapped = new WeakSet<object>()

/**
 * Notes each assertion that runs, with its place: Vitest counts calls of `expect`, and neither what supertest and node:assert
 * check nor whether a matcher was ever called.
 */
export function watchAssertions(state: HarnessState, chai: Chai): AssertionWatch {
  const { prototype } = chai.Assertion
  guardAssert(state, prototype)
  watchMatchers(state, chai)
  const genuine = Object.getOwnPropertyNames(prototype).map((name) => ({ name, method: readMethod(prototype, name) }))
  // Matchers that a test file or a setup file adds later.
  const extend: unknown = Reflect.get(chai.expect, 'extend')
  if (typeof extend === 'function') {
    Reflect.set(chai.expect, 'extend', (...args: unknown[]) => {
      const result: unknown = Reflect.apply(extend, chai.expect, args)
      watchMatchers(state, chai)
      return result
    })
  }
  return {
    watchLater: () => {
      watchMatchers(state, chai)
      watchSupertest(state)
    },
    listTampered: () =>
      genuine
        .filter(({ name, method }) => readMethod(prototype, name) !== method)
        .map(({ name }) => `expect(...).${name}`),
  }
}

/** All of chai's own assertions, and most matchers, come here. */
function guardAssert(state: HarnessState, prototype: object): void {
  const assert = readMethod(prototype, 'assert')
  if (assert === null) return
  const value = function assertWatched(this: unknown, ...args: unknown[]): unknown {
    try {
      const result: unknown = Reflect.apply(assert, this, args)
      noteAssertion(state, null)
      return result
    } catch (error) {
      noteAssertion(state, error)
      throw error
    }
  }
  Object.defineProperty(prototype, 'assert', { value, writable: false, configurable: false })
}

function watchMatchers(state: HarnessState, chai: Chai): void {
  const { prototype } = chai.Assertion
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const matcher = readMethod(prototype, name)
    if (matcher === null || NO_ASSERTION.has(name) || wrapped.has(matcher)) continue
    const watched = watchMatcher(state, { matcher, chai })
    wrapped.add(watched)
    Reflect.set(prototype, name, Object.defineProperties(watched, Object.getOwnPropertyDescriptors(matcher)))
  }
}

/** A matcher that asks nobody else whether it holds: those for snapshots, and those of `expect.extend`. */
function watchMatcher(state: HarnessState, { matcher, chai }: { matcher: Matcher; chai: Chai }): Matcher {
  return function matcherWatched(this: unknown, ...args: unknown[]): unknown {
    const { watch } = state
    const before = watch.noted
    const failures = countFailures(chai, this)
    const settle = (error: unknown): void => {
      if (watch.noted === before || error !== null) noteAssertion(state, error)
    }
    let result: unknown
    try {
      result = Reflect.apply(matcher, this, args)
    } catch (error) {
      settle(error)
      throw error
    }
    if (isThenable(result)) return settleLater(result, settle)
    // A soft one notes its failure with the test and goes on.
    if (countFailures(chai, this) === failures) settle(null)
    return result
  }
}

/** Listening to a promise handles its rejection, so whoever waits gets the promise that follows. */
function settleLater(result: PromiseLike<unknown>, settle: (error: unknown) => void): PromiseLike<unknown> {
  return result.then(
    (value) => {
      settle(null)
      return value
    },
    (error: unknown) => {
      settle(error)
      throw error
    },
  )
}

function countFailures(chai: Chai, assertion: unknown): number {
  const test: unknown =
    typeof assertion === 'object' && assertion !== null ? chai.util.flag(assertion, 'vitest-test') : null
  const result: unknown = typeof test === 'object' && test !== null ? Reflect.get(test, 'result') : null
  const errors: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, 'errors') : null
  return Array.isArray(errors) ? errors.length : 0
}

/** The copy that test files get, once one has loaded it: Vitest leaves packages to Node. */
function watchSupertest(state: HarnessState): void {
  const require = createRequire(join(state.root, 'package.json'))
  for (const [file, module] of Object.entries(require.cache)) {
    if (!/[\\/]supertest[\\/]lib[\\/]test\.js$/.test(file)) continue
    const test: unknown = module?.exports
    const prototype: unknown = typeof test === 'function' ? test.prototype : null
    if (typeof prototype !== 'object' || prototype === null || wrapped.has(prototype)) continue
    wrapped.add(prototype)
    watchChecks(state, prototype)
  }
}

/** `.expect(201)` is written where the request is made, and checked when the answer is there. */
function watchChecks(state: HarnessState, prototype: object): void {
  const [expect, check] = ['expect', '_assertFunction'].map((name) => readMethod(prototype, name))
  if (!expect || !check) return
  const sites = new WeakMap<object, string>()
  Reflect.set(prototype, 'expect', function expectWatched(this: object, ...args: unknown[]) {
    const result: unknown = Reflect.apply(expect, this, args)
    const checks: unknown = Reflect.get(this, '_asserts')
    const last: unknown = Array.isArray(checks) ? checks.at(-1) : null
    if (typeof last === 'function' && !sites.has(last)) sites.set(last, noteSite())
    return result
  })
  Reflect.set(prototype, '_assertFunction', function checkWatched(this: unknown, ...args: unknown[]) {
    const [one] = args
    const before = state.watch.noted
    const error: unknown = Reflect.apply(check, this, args)
    const stack = typeof one === 'function' ? sites.get(one) : undefined
    // A function given to `.expect` has assertions of its own, or throws what it finds.
    if (error instanceof Error || state.watch.noted === before) {
      noteAssertion(state, error instanceof Error ? error : null, stack)
    }
    return error
  })
}

function readMethod(owner: object, name: string): Matcher | null {
  const value: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value
  return isMatcher(value) ? value : null
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === 'function'
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}

/** What a case may touch. Everything that is not listed is refused: a list of what is bad would never be complete. */

/** Globals without a way to the machine, the clock of the process, or the code of others; with their members. */
export const SAFE_GLOBALS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    Array: ['from', 'isArray', 'of'],
    Boolean: [],
    Date: ['UTC', 'now', 'parse'],
    Infinity: [],
    JSON: ['parse', 'stringify'],
    Map: [],
    Math: ['abs', 'ceil', 'floor', 'max', 'min', 'round', 'trunc'],
    NaN: [],
    Number: ['isInteger', 'isSafeInteger', 'parseFloat', 'parseInt'],
    Object: ['entries', 'fromEntries', 'keys', 'values'],
    Promise: ['all', 'allSettled'],
    Set: [],
    String: [],
    URL: [],
    URLSearchParams: [],
    decodeURIComponent: [],
    encodeURIComponent: [],
    undefined: [],
  }).map(([name, members]) => [name, new Set<string>(members)]),
)

/** Globals that may be called or constructed as they are. */
export const SAFE_CALLS = new Set([
  'Array',
  'Boolean',
  'Date',
  'Map',
  'Number',
  'Set',
  'String',
  'URL',
  'URLSearchParams',
  'decodeURIComponent',
  'encodeURIComponent',
])

/** Globals that are harmless as values, e.g. in `.map(Number)`. */
export const SAFE_VALUES = new Set(['Boolean', 'Infinity', 'NaN', 'Number', 'String', 'undefined'])

/** Members that lead from any value to the code that made it. */
export const REFUSED_MEMBERS = new Set([
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
  '__proto__',
  'callee',
  'caller',
  'constructor',
  'prototype',
])

export const ASYMMETRIC_MATCHERS = new Set([
  'any',
  'anything',
  'arrayContaining',
  'closeTo',
  'not',
  'objectContaining',
  'stringContaining',
  'stringMatching',
])

export const MATCHER_MODIFIERS = new Set(['not', 'rejects', 'resolves'])

export const MATCHERS = new Set([
  'toBe',
  'toBeCloseTo',
  'toBeDefined',
  'toBeFalsy',
  'toBeGreaterThan',
  'toBeGreaterThanOrEqual',
  'toBeInstanceOf',
  'toBeLessThan',
  'toBeLessThanOrEqual',
  'toBeNaN',
  'toBeNull',
  'toBeOneOf',
  'toBeTruthy',
  'toBeTypeOf',
  'toBeUndefined',
  'toContain',
  'toContainEqual',
  'toEqual',
  'toHaveLength',
  'toHaveProperty',
  'toMatch',
  'toMatchObject',
  'toStrictEqual',
  'toThrow',
])

/** Names that other rules explain better than "unknown name". */
export const TEST_FUNCTIONS = new Set([
  'afterAll',
  'afterEach',
  'aroundEach',
  'beforeAll',
  'beforeEach',
  'bench',
  'describe',
  'it',
  'onTestFailed',
  'onTestFinished',
  'suite',
  'test',
])

export const TIMERS = new Set(['delay', 'setImmediate', 'setInterval', 'setTimeout', 'sleep'])

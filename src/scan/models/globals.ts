import { callFunctionLike } from '../call.ts'
import { type Machine, makeError, opaque } from '../machine.ts'
import { createScope, declare, type Scope } from '../scope.ts'
import { array, literal, native, object, operation, symbol, UNDEFINED, type Value } from '../values.ts'
import { createCollection } from './collections.ts'
import { callFetch } from './http.ts'
import { promiseStatics } from './promises.ts'

const ERRORS = [
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'AggregateError',
  'EvalError',
  'URIError',
]
const scopes = new WeakMap<Machine, Scope>()

/** The names that every module sees. */
export function globalScope(machine: Machine): Scope {
  const existing = scopes.get(machine)
  if (existing) return existing
  const scope = createScope(null, UNDEFINED)
  scopes.set(machine, scope)
  for (const [name, value] of [...primitives(), ...errors(), ...timers(machine), ...runtime(machine)])
    declare(scope, name, value)
  return scope
}

function convert(name: string, known: (value: unknown) => string | number | boolean): readonly [string, Value] {
  return [
    name,
    native(name, ([value]) =>
      value?.kind === 'literal'
        ? literal(known(value.value))
        : value
          ? operation(name, value)
          : literal(known(undefined)),
    ),
  ]
}

function test(name: string, known: (value: unknown) => boolean): readonly [string, Value] {
  return [
    name,
    native(name, ([value]) =>
      value?.kind === 'literal' ? literal(known(value.value)) : operation(name, value ?? UNDEFINED),
    ),
  ]
}

function primitives(): (readonly [string, Value])[] {
  const numberTests = [
    test('isInteger', Number.isInteger),
    test('isFinite', Number.isFinite),
    test('isNaN', Number.isNaN),
    test('isSafeInteger', Number.isSafeInteger),
  ]
  return [
    namespaced('Number', (value) => Number(value), [
      ...numberTests,
      convert('parseFloat', (value) => Number.parseFloat(String(value))),
      parseInteger(),
      ['MAX_SAFE_INTEGER', literal(Number.MAX_SAFE_INTEGER)],
    ]),
    namespaced('String', (value) => String(value), []),
    namespaced('Boolean', (value) => Boolean(value), []),
    parseInteger(),
    convert('parseFloat', (value) => Number.parseFloat(String(value))),
    test('isNaN', (value) => Number.isNaN(Number(value))),
    test('isFinite', (value) => Number.isFinite(Number(value))),
    convert('encodeURIComponent', (value) => encodeURIComponent(String(value))),
    convert('decodeURIComponent', (value) => String(value)),
    [
      'JSON',
      object([
        ['stringify', native('JSON.stringify', ([value]) => operation('JSON.stringify', value ?? UNDEFINED))],
        ['parse', native('JSON.parse', ([value]) => operation('JSON.parse', value ?? UNDEFINED))],
      ]),
    ],
    [
      'Math',
      object(
        ['floor', 'ceil', 'round', 'trunc', 'abs', 'min', 'max', 'random', 'sqrt', 'pow'].map((name) => [
          name,
          mathFunction(name),
        ]),
      ),
    ],
    ['Object', objectStatics()],
    [
      'Array',
      native('Array', (args) => array(args), [
        [
          'isArray',
          native('Array.isArray', ([value]) =>
            value?.kind === 'symbol' ? operation('Array.isArray', value) : literal(value?.kind === 'array'),
          ),
        ],
        [
          'from',
          native('Array.from', ([value]) =>
            value?.kind === 'array' ? value : operation('Array.from', value ?? UNDEFINED),
          ),
        ],
      ]),
    ],
    ['NaN', literal(Number.NaN)],
    ['Infinity', literal(Number.POSITIVE_INFINITY)],
  ]
}

function namespaced(
  name: string,
  known: (value: unknown) => string | number | boolean,
  fields: (readonly [string, Value])[],
): readonly [string, Value] {
  const [, converted] = convert(name, known)
  return [name, converted.kind === 'native' ? native(name, converted.call, fields) : converted]
}

function parseInteger(): readonly [string, Value] {
  return convert('parseInt', (value) => Number.parseInt(String(value), 10))
}

function mathFunction(name: string): Value {
  return native(`Math.${name}`, (args) => {
    const numbers = args.map((arg) =>
      arg.kind === 'literal' && typeof arg.value === 'number' ? arg.value : Number.NaN,
    )
    const compute: unknown = Reflect.get(Math, name)
    if (name === 'random' || numbers.some(Number.isNaN) || typeof compute !== 'function')
      return operation(`Math.${name}`, ...args)
    const result: unknown = Reflect.apply(compute, Math, numbers)
    return literal(typeof result === 'number' ? result : Number.NaN)
  })
}

function objectStatics(): Value {
  const entriesOf = (value: Value | undefined, pick: (key: string, field: Value) => Value): Value => {
    if (value?.kind === 'object')
      return array(
        [...value.fields].map(([key, field]) => pick(key, field)),
        value.open,
      )
    if (value?.kind === 'namespace') return array(value.names().map((key) => pick(key, value.member(key) ?? UNDEFINED)))
    return operation('entries', value ?? UNDEFINED)
  }
  return native('Object', ([value]) => value ?? object(), [
    ['entries', native('Object.entries', ([value]) => entriesOf(value, (key, field) => array([literal(key), field])))],
    ['keys', native('Object.keys', ([value]) => entriesOf(value, literal))],
    ['values', native('Object.values', ([value]) => entriesOf(value, (_key, field) => field))],
    ['freeze', native('Object.freeze', ([value]) => value ?? UNDEFINED)],
    ['assign', native('Object.assign', (args) => args.reduce<Value>(mergeObjects, object()))],
    ['fromEntries', native('Object.fromEntries', ([value]) => fromEntries(value))],
    ['setPrototypeOf', native('Object.setPrototypeOf', ([value]) => value ?? UNDEFINED)],
    ['defineProperty', native('Object.defineProperty', ([value]) => value ?? UNDEFINED)],
    ['create', native('Object.create', () => object([], { open: true }))],
  ])
}

function mergeObjects(target: Value, source: Value): Value {
  if (target.kind !== 'object') return target
  if (source.kind === 'object')
    return object([...target.fields, ...source.fields], { open: target.open || source.open })
  return { ...target, open: true }
}

function fromEntries(value: Value | undefined): Value {
  if (value?.kind !== 'array') return operation('Object.fromEntries', value ?? UNDEFINED)
  return object(
    value.items.flatMap((item) => {
      const [key, field] = item.kind === 'array' ? item.items : []
      return key?.kind === 'literal' && field ? [[String(key.value), field] as const] : []
    }),
    { open: value.open },
  )
}

function errors(): (readonly [string, Value])[] {
  return ERRORS.map((name) => [
    name,
    native(
      name,
      ([message, options]) => {
        const cause = options?.kind === 'object' ? options.fields.get('cause') : undefined
        return makeError(name, message ?? literal(''), cause ? [['cause', cause]] : [])
      },
      [['captureStackTrace', native('captureStackTrace', () => UNDEFINED)]],
    ),
  ])
}

function timers(machine: Machine): (readonly [string, Value])[] {
  const later = native('setTimeout', ([callback, delay], node) => {
    if (machine.run && delay?.kind === 'literal' && typeof delay.value === 'number')
      machine.run.lastTimerMs = delay.value
    // Only a timer that resolves a promise matters to the order of events; an abort or a retry is not run.
    void callback
    return opaque(machine, node)
  })
  const soon = native('setImmediate', ([callback, ...args], node) => {
    if (callback && machine.run) callFunctionLike(machine, { callee: callback, self: null, args, node })
    return UNDEFINED
  })
  const nothing = native('nothing', () => UNDEFINED)
  return [
    ['setTimeout', later],
    ['setInterval', nothing],
    ['clearTimeout', nothing],
    ['clearInterval', nothing],
    ['setImmediate', soon],
    ['queueMicrotask', soon],
  ]
}

function runtime(machine: Machine): (readonly [string, Value])[] {
  const nothing = native('nothing', () => UNDEFINED)
  const abortSignal = object(
    [['timeout', native('AbortSignal.timeout', ([ms]) => object([['#timeoutMs', ms ?? UNDEFINED]], { open: true }))]],
    { open: true },
  )
  const controller = native('AbortController', () =>
    object([
      ['signal', object([['#timer', literal(true)]], { open: true })],
      ['abort', nothing],
    ]),
  )
  return [
    ['console', object(['log', 'info', 'warn', 'error', 'debug', 'table', 'trace'].map((name) => [name, nothing]))],
    ['process', processObject(machine)],
    ['Promise', promiseStatics(machine)],
    ['Map', native('Map', ([entries]) => createCollection('Map', entries))],
    ['Set', native('Set', ([entries]) => createCollection('Set', entries))],
    ['WeakMap', native('WeakMap', () => createCollection('Map', undefined))],
    [
      'Date',
      native('Date', (args, node) => (args.length > 0 ? operation('Date', ...args) : opaque(machine, node)), [
        ['now', native('Date.now', (_args, node) => opaque(machine, node))],
      ]),
    ],
    ['fetch', native('fetch', (args, node) => callFetch(machine, args, node))],
    ['AbortSignal', abortSignal],
    ['AbortController', controller],
    ['URL', native('URL', ([path, base]) => operation('URL', path ?? UNDEFINED, base ?? UNDEFINED))],
    ['URLSearchParams', native('URLSearchParams', ([value]) => operation('URLSearchParams', value ?? UNDEFINED))],
    ['Headers', native('Headers', ([value]) => value ?? object())],
    [
      'RegExp',
      native('RegExp', ([source]) =>
        object([['source', source ?? UNDEFINED]], { type: { kind: 'builtin', name: 'RegExp' } }),
      ),
    ],
    ['structuredClone', native('structuredClone', ([value]) => value ?? UNDEFINED)],
    [
      'Symbol',
      native('Symbol', ([name]) => name ?? UNDEFINED, [['for', native('Symbol.for', ([name]) => name ?? UNDEFINED)]]),
    ],
    ['BigInt', native('BigInt', ([value]) => operation('BigInt', value ?? UNDEFINED))],
    ['__dirname', literal('')],
    ['__filename', literal('')],
  ]
}

function processObject(machine: Machine): Value {
  const nothing = native('nothing', () => UNDEFINED)
  const env: Value = symbol({ kind: 'operation', name: 'process.env', operands: [] })
  void machine
  return object(
    [
      ['env', env],
      ['on', nothing],
      ['once', nothing],
      ['exit', nothing],
      ['nextTick', nothing],
      ['cwd', native('cwd', () => literal(''))],
      ['argv', array([], true)],
      ['uptime', native('uptime', () => operation('uptime'))],
    ],
    { open: true },
  )
}

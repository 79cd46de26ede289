import { setMember } from '../interpret/access.ts'
import { callFunctionLike } from '../interpret/call.ts'
import { makeError } from '../interpret/error-values.ts'
import { shownFields } from '../interpret/express-value.ts'
import { hasKey } from '../interpret/instances.ts'
import { typeOfResult } from '../interpret/known-types.ts'
import { iterate } from '../interpret/loops.ts'
import type { Machine } from '../interpret/machine.ts'
import { createScope, declare, type Scope } from '../interpret/scope.ts'
import { array, literal, native, object, operation, UNDEFINED, type Value } from '../interpret/values.ts'
import type { ts } from '../syntax/syntax.ts'
import { fieldLister } from './field-lists.ts'
import { parseJson } from './json.ts'
import { objectPrototype, propertyStatics, reflectObject } from './reflection.ts'
import { runtime, timers } from './runtime.ts'

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
  for (const [name, value] of [...primitives(machine), ...errors(), ...timers(machine), ...runtime(machine)])
    declare(scope, name, value)
  // What nobody has written to it is undefined: `global.store ??= new Store()`.
  const itself = object([...scope.cells].map(([name, cell]) => [name, cell.value]))
  for (const name of ['global', 'globalThis']) declare(scope, name, itself)
  return scope
}

function convert(name: string, known: (value: unknown) => string | number | boolean): readonly [string, Value] {
  return [
    name,
    native(name, ([value]) =>
      value?.kind === 'literal'
        ? literal(known(value.value))
        : value
          ? convertUnknown(name, value)
          : literal(known(undefined)),
    ),
  ]
}

/** A text made a text is itself. */
function convertUnknown(name: string, value: Value): Value {
  const isSame = value.kind === 'symbol' && name.toLowerCase() === typeOfResult(value.expression)
  return isSame && name !== 'Boolean' ? value : operation(name, value)
}

function test(name: string, known: (value: unknown) => boolean): readonly [string, Value] {
  return [
    name,
    native(name, ([value]) =>
      value?.kind === 'literal' ? literal(known(value.value)) : operation(name, value ?? UNDEFINED),
    ),
  ]
}

function primitives(machine: Machine): (readonly [string, Value])[] {
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
    namespaced('String', (value) => String(value), ['raw', 'fromCharCode', 'fromCodePoint'].map(textMaker)),
    namespaced('Boolean', (value) => Boolean(value), []),
    parseInteger(),
    convert('parseFloat', (value) => Number.parseFloat(String(value))),
    test('isNaN', (value) => Number.isNaN(Number(value))),
    test('isFinite', (value) => Number.isFinite(Number(value))),
    convert('encodeURIComponent', (value) => encodeURIComponent(String(value))),
    convert('decodeURIComponent', (value) => String(value)),
    convert('encodeURI', (value) => encodeURI(String(value))),
    convert('decodeURI', (value) => String(value)),
    [
      'JSON',
      object([
        ['stringify', native('JSON.stringify', ([value]) => operation('JSON.stringify', value ?? UNDEFINED))],
        ['parse', native('JSON.parse', ([value], node) => parseJson(machine, value ?? UNDEFINED, node))],
      ]),
    ],
    [
      'Math',
      object(
        Object.getOwnPropertyNames(Math).map((name) => {
          const known: unknown = Reflect.get(Math, name)
          return [name, typeof known === 'number' ? literal(known) : mathFunction(name)]
        }),
      ),
    ],
    ['Object', objectStatics(machine)],
    ['Reflect', reflectObject(machine)],
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
          native('Array.from', ([value, pick], node) => arrayFrom(machine, { list: value ?? UNDEFINED, pick, node })),
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

function textMaker(name: string): readonly [string, Value] {
  return [name, native(`String.${name}`, (args) => operation(`String.${name}`, ...args))]
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

function objectStatics(machine: Machine): Value {
  return native('Object', ([value]) => value ?? object(), [
    ['entries', fieldLister(machine, 'Object.entries', (key, field) => array([literal(key), field]))],
    ['keys', fieldLister(machine, 'Object.keys', literal)],
    ['values', fieldLister(machine, 'Object.values', (_key, field) => field)],
    ['hasOwn', native('Object.hasOwn', ([owner, key]) => hasKey(key ?? UNDEFINED, owner ?? UNDEFINED))],
    ['prototype', objectPrototype(machine)],
    ['freeze', native('Object.freeze', ([value]) => value ?? UNDEFINED)],
    ['assign', native('Object.assign', ([target, ...sources]) => assignFields(machine, target ?? object(), sources))],
    ['fromEntries', native('Object.fromEntries', ([value]) => fromEntries(value))],
    ['setPrototypeOf', native('Object.setPrototypeOf', ([value]) => value ?? UNDEFINED)],
    ['create', native('Object.create', () => object([], { open: true }))],
    ...propertyStatics(machine),
  ])
}

/** A copy of a list, Map or Set, or `{ length: 3 }` with a callback. */
function arrayFrom(
  machine: Machine,
  { list, pick, node }: { list: Value; pick: Value | undefined; node: ts.Node },
): Value {
  const length = list.kind === 'object' ? list.fields.get('length') : undefined
  const wanted = length?.kind === 'literal' ? Number(length.value) : Number.NaN
  const count = Number.isInteger(wanted) && wanted >= 0 ? Math.min(wanted, LONGEST) : null
  const isKnown = list.kind === 'array' || (list.kind === 'object' && list.fields.has('#entries'))
  if (count === null && !isKnown) return operation('Array.from', list)
  const { items, open } = count === null ? iterate(list) : array(new Array<Value>(count).fill(UNDEFINED))
  if (!pick) return array(items, open)
  const call = (item: Value, index: number): Value =>
    callFunctionLike(machine, { callee: pick, self: null, args: [item, literal(index)], node })
  return array(items.map(call), open)
}

/** A made-up list longer than this registers nothing that anybody would miss. */
const LONGEST = 1000

/** Writes the fields of the sources to the target itself. */
function assignFields(machine: Machine, target: Value, sources: readonly Value[]): Value {
  for (const source of sources) {
    if (source.kind === 'object') {
      for (const [name, field] of shownFields(source)) setMember(machine, target, name, field)
      if (source.open) setMember(machine, target, `...${source.fields.size}`, operation('more fields'))
    } else if (source.kind === 'symbol') setMember(machine, target, '...assigned', source)
  }
  return target
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

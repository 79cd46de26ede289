import { noteStart } from '../boot/boot-log.ts'
import { callFunctionLike } from '../interpret/call.ts'
import { type Machine, opaque } from '../interpret/machine.ts'
import { runDeferred } from '../interpret/pending.ts'
import {
  array,
  knownString,
  literal,
  native,
  object,
  operation,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { ROOT_MARK } from '../project/project-path.ts'
import type { ts } from '../syntax/syntax.ts'
import { createCollection } from './collections.ts'
import { callFetch } from './http.ts'
import { resolveUrl } from './paths.ts'
import { promiseStatics } from './promises.ts'
import { createHeaders, createRequest } from './web.ts'

/** Timers, and what runs after the code at hand. */
export function timers(machine: Machine): (readonly [string, Value])[] {
  const later = native('setTimeout', ([callback, delay, ...args], node) => {
    const { run } = machine
    if (run && delay?.kind === 'literal' && typeof delay.value === 'number') run.lastTimerMs = delay.value
    defer(machine, { callback, args, node })
    return opaque(machine, node)
  })
  const soon = native('setImmediate', ([callback, ...args], node) => {
    defer(machine, { callback, args, node })
    return UNDEFINED
  })
  const nothing = native('nothing', () => UNDEFINED)
  return [
    ['setTimeout', later],
    [
      'setInterval',
      native('setInterval', (_args, node) => {
        noteStart(machine, { kind: 'timer', package: 'node', what: 'setInterval' }, node)
        return UNDEFINED
      }),
    ],
    ['clearTimeout', nothing],
    ['clearInterval', nothing],
    ['setImmediate', soon],
    ['queueMicrotask', soon],
  ]
}

/** Runs when the handler has returned. At import, timers start jobs that no route waits for. */
function defer(machine: Machine, task: { callback: Value | undefined; args: readonly Value[]; node: ts.Node }): void {
  const { callback, args, node } = task
  if (callback?.kind !== 'function') return
  machine.run?.later.push(() => {
    runDeferred(machine, () => callFunctionLike(machine, { callee: callback, self: null, args, node }))
  })
}

export function runtime(machine: Machine): (readonly [string, Value])[] {
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
    [
      'console',
      object(
        [
          'log',
          'info',
          'warn',
          'error',
          'debug',
          'table',
          'trace',
          'time',
          'timeEnd',
          'timeLog',
          'dir',
          'group',
          'groupEnd',
          'groupCollapsed',
          'assert',
          'count',
        ].map((name) => [name, nothing]),
      ),
    ],
    ['process', processObject(machine)],
    ['Promise', promiseStatics(machine)],
    ['Map', native('Map', ([entries]) => createCollection(machine, 'Map', entries))],
    ['Set', native('Set', ([entries]) => createCollection(machine, 'Set', entries))],
    ['WeakMap', native('WeakMap', () => createCollection(machine, 'Map', undefined))],
    [
      'Date',
      native('Date', (args, node) => (args.length > 0 ? operation('Date', ...args) : opaque(machine, node)), [
        ['now', native('Date.now', (_args, node) => opaque(machine, node))],
        ['parse', native('Date.parse', ([text]) => parseDate(text ?? UNDEFINED))],
        ['UTC', native('Date.UTC', (args) => operation('Date.UTC', ...args))],
      ]),
    ],
    ['fetch', native('fetch', (args, node) => callFetch(machine, args, node))],
    ['AbortSignal', abortSignal],
    ['AbortController', controller],
    [
      'URL',
      native('URL', ([path, base]) => resolveUrl(path, base) ?? operation('URL', path ?? UNDEFINED, base ?? UNDEFINED)),
    ],
    ['URLSearchParams', native('URLSearchParams', ([value]) => operation('URLSearchParams', value ?? UNDEFINED))],
    ['Headers', native('Headers', ([value]) => createHeaders(value))],
    ['Request', native('Request', ([target, init]) => createRequest(target, init))],
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
    [
      'Buffer',
      pure('Buffer', ['from', 'alloc', 'allocUnsafe', 'concat', 'byteLength', 'isBuffer', 'isEncoding', 'compare']),
    ],
    ['crypto', pure('crypto', ['randomUUID', 'getRandomValues'])],
    ['performance', pure('performance', ['now', 'mark', 'measure'])],
    ['Intl', pure('Intl', Object.getOwnPropertyNames(Intl))],
    ['atob', pure('atob', [])],
    ['btoa', pure('btoa', [])],
    ['TextEncoder', pure('TextEncoder', [])],
    ['TextDecoder', pure('TextDecoder', [])],
  ]
}

/** A built-in that only computes, so that its calls are operations and nobody's failure. */
function pure(name: string, members: readonly string[]): Value {
  const call = (full: string): Value => native(full, (args) => operation(full, ...args))
  return native(
    name,
    (args) => operation(name, ...args),
    members.map((member) => [member, call(`${name}.${member}`)]),
  )
}

/** With an offset, or as a day alone, a date is the same moment everywhere. */
function parseDate(text: Value): Value {
  const known = knownString(text)
  const isFixed = known !== null && /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[+-]\d\d:?\d\d))?$/.test(known)
  return isFixed ? literal(Date.parse(known)) : operation('Date.parse', text)
}

/** What the process says of itself. */
function measure(name: string): readonly [string, Value] {
  const call = (full: string): Value => native(full, (args) => operation(full, ...args))
  return [name, native(name, (args) => operation(name, ...args), [['bigint', call(`${name}.bigint`)]])]
}

function processObject(machine: Machine): Value {
  const listen = native('on', ([event], node) => {
    const what = `process.on(${knownString(event) ?? '?'})`
    noteStart(machine, { kind: 'process-listener', package: 'node', what }, node)
    return UNDEFINED
  })
  const exit = native('exit', (_args, node) => {
    noteStart(machine, { kind: 'exit', package: 'node', what: 'process.exit' }, node)
    return UNDEFINED
  })
  const env: Value = symbol({ kind: 'operation', name: 'process.env', operands: [] })
  const terminal = object([['write', native('write', () => literal(true))]], { open: true })
  return object(
    [
      ['env', env],
      ['on', listen],
      ['once', listen],
      ['exit', exit],
      [
        'nextTick',
        native('nextTick', ([callback, ...args], node) => {
          defer(machine, { callback, args, node })
          return UNDEFINED
        }),
      ],
      ['cwd', native('cwd', () => literal(ROOT_MARK))],
      ['argv', array([], true)],
      ['stdout', terminal],
      ['stderr', terminal],
      ...['uptime', 'memoryUsage', 'cpuUsage', 'resourceUsage', 'hrtime', 'getuid', 'emitWarning'].map(measure),
    ],
    { open: true },
  )
}

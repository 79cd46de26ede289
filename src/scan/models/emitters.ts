import { callFunctionLike } from '../interpret/call.ts'
import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import {
  knownString,
  literal,
  native,
  type ObjectValue,
  object,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { memberNames } from './packages.ts'

/** `new EventEmitter()` of Node and of the package with the same methods. */
export function isEmitter(callee: PackageValue): boolean {
  const name = memberNames(callee).at(-1) ?? 'EventEmitter'
  return /^(?:events|eventemitter3)$/.test(callee.module) && /^EventEmitter\d?$/.test(name)
}

/** Listeners are called where the event is emitted, in order, and nobody waits for what they start. */
export function createEmitter(machine: Machine): ObjectValue {
  const listeners = new Map<string, Value[]>()
  const emitter = object([], { open: true })
  for (const name of ['on', 'once', 'addListener', 'prependListener'])
    emitter.fields.set(
      name,
      native(name, ([event, listener], node) => {
        const key = knownString(event)
        if (key === null) noteUnresolved(machine, 'which event this listens to is not known', node)
        else if (listener) addListener(machine, listeners, { key, listener })
        return emitter
      }),
    )
  emitter.fields.set(
    'emit',
    native('emit', ([event, ...args], node) => {
      const key = knownString(event)
      if (key === null) noteUnresolved(machine, 'which event is emitted here is not known', node)
      const called = key === null ? [] : (listeners.get(key) ?? [])
      for (const callee of called) callFunctionLike(machine, { callee, self: emitter, args, node })
      return literal(called.length > 0)
    }),
  )
  for (const name of ['off', 'removeListener', 'removeAllListeners', 'setMaxListeners'])
    emitter.fields.set(
      name,
      native(name, () => emitter),
    )
  emitter.fields.set(
    'listenerCount',
    native('listenerCount', () => UNDEFINED),
  )
  return emitter
}

function addListener(
  machine: Machine,
  listeners: Map<string, Value[]>,
  { key, listener }: { key: string; listener: Value },
): void {
  const known = listeners.get(key) ?? []
  machine.run?.journal.push(() => listeners.set(key, known))
  listeners.set(key, [...known, listener])
}

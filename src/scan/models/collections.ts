import { callFunctionLike } from '../interpret/call.ts'
import { hasKey } from '../interpret/instances.ts'
import type { Machine } from '../interpret/machine.ts'
import {
  type ArrayValue,
  array,
  literal,
  native,
  type ObjectValue,
  object,
  operation,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { execPattern, testPattern } from './text.ts'
import { headersMember } from './web.ts'

/** A Map or Set whose entries live in a list of pairs. */
export function createCollection(name: 'Map' | 'Set', entries: Value | undefined): Value {
  const list = entries?.kind === 'array' ? entries.items : []
  const pairs = name === 'Map' ? list : list.map((item) => array([item, item]))
  const isKnown = entries === undefined || entries.kind === 'array'
  return object([['#entries', array(pairs, !isKnown)]], { type: { kind: 'builtin', name } })
}

/** Members of Map, Set, RegExp and Headers objects; null for anything else. */
export function collectionMember(machine: Machine, owner: ObjectValue, name: string): Value | null {
  if (owner.type?.kind === 'builtin' && owner.type.name === 'RegExp' && name === 'test') {
    return native(
      'test',
      ([value]) =>
        testPattern(owner, value) ??
        operation('matches pattern', value ?? UNDEFINED, owner.fields.get('source') ?? UNDEFINED),
    )
  }
  if (owner.type?.kind === 'builtin' && owner.type.name === 'RegExp' && name === 'exec')
    return native('exec', ([value]) => execPattern(owner, value ?? UNDEFINED))
  if (name === 'hasOwnProperty') return native(name, ([key]) => hasKey(key ?? UNDEFINED, owner))
  const ofHeaders = headersMember(machine, owner, name)
  if (ofHeaders) return ofHeaders
  const entries = owner.fields.get('#entries')
  if (entries?.kind !== 'array') return null
  const at = (key: Value | undefined): number =>
    entries.items.findIndex((pair) => pair.kind === 'array' && isSame(pair.items[0], key))
  switch (name) {
    case 'get':
      return native('get', ([key]) =>
        readEntry(
          entries.items[at(key)],
          isComplete(machine, entries, key) ? UNDEFINED : operation('lookup', key ?? UNDEFINED),
        ),
      )
    case 'has':
      return native('has', ([key]) => {
        if (at(key) >= 0) return literal(true)
        return isComplete(machine, entries, key) ? literal(false) : operation('has', key ?? UNDEFINED)
      })
    case 'set':
    case 'add':
      return native(name, ([key, value]) => {
        // Written while a route runs it is run-time state, which is not known before a request.
        if (!machine.run) writeEntry(entries, at(key), array([key ?? UNDEFINED, value ?? key ?? UNDEFINED]))
        return owner
      })
    case 'forEach':
      return native('forEach', ([callback], node) => {
        for (const pair of entries.items) {
          const [key, value] = pair.kind === 'array' ? pair.items : []
          if (callback)
            callFunctionLike(machine, {
              callee: callback,
              self: null,
              args: [value ?? UNDEFINED, key ?? UNDEFINED],
              node,
            })
        }
        return UNDEFINED
      })
    case 'entries':
      return native('entries', () => entries)
    case 'keys':
    case 'values':
      return native(name, () =>
        array(
          entries.items.map((pair) =>
            pair.kind === 'array' ? (pair.items[name === 'keys' ? 0 : 1] ?? UNDEFINED) : UNDEFINED,
          ),
        ),
      )
    case 'size':
      return operation('size', owner)
    case 'delete':
    case 'clear':
      return native(name, () => UNDEFINED)
    default:
      return null
  }
}

/** While an app is made, what is not in a list that is wholly known is not there; requests may add to it. */
function isComplete(machine: Machine, entries: ArrayValue, key: Value | undefined): boolean {
  const isKnown = (one: Value | undefined): boolean => one !== undefined && one.kind !== 'symbol'
  const keys = entries.items.map((pair) => (pair.kind === 'array' ? pair.items[0] : undefined))
  return !machine.run && !entries.open && isKnown(key) && keys.every(isKnown)
}

function writeEntry(entries: ArrayValue, index: number, pair: ArrayValue): void {
  if (index >= 0) entries.items[index] = pair
  else entries.items.push(pair)
}

function readEntry(pair: Value | undefined, missing: Value): Value {
  return pair?.kind === 'array' ? (pair.items[1] ?? missing) : missing
}

function isSame(left: Value | undefined, right: Value | undefined): boolean {
  if (left?.kind === 'literal' && right?.kind === 'literal') return left.value === right.value
  return left !== undefined && left === right
}

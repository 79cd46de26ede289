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
export function createCollection(machine: Machine, name: 'Map' | 'Set', entries: Value | undefined): Value {
  const list = entries?.kind === 'array' ? entries.items : []
  const pairs = name === 'Map' ? list : list.map((item) => array([item, item]))
  const isKnown = entries === undefined || (entries.kind === 'array' && !entries.open)
  const own: [string, Value][] = machine.run ? [[OF_RUN, literal(true)]] : []
  return object([['#entries', array(pairs, !isKnown)], ...own], { type: { kind: 'builtin', name } })
}

/** Made while a request is traced, and gone with it: what is written to it is known. */
const OF_RUN = '#ofRun'

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
  const isFollowed = !machine.run || owner.fields.has(OF_RUN)
  const at = (key: Value | undefined): number =>
    entries.items.findIndex((pair) => pair.kind === 'array' && isSame(pair.items[0], key))
  switch (name) {
    case 'get':
      return native('get', ([key]) =>
        readEntry(
          entries.items[at(key)],
          isFollowed && isComplete(entries, key) ? UNDEFINED : operation('lookup', key ?? UNDEFINED),
        ),
      )
    case 'has':
      return native('has', ([key]) => {
        if (at(key) >= 0) return literal(true)
        return isFollowed && isComplete(entries, key) ? literal(false) : operation('has', key ?? UNDEFINED)
      })
    case 'set':
    case 'add':
      return native(name, ([key, value]) => {
        // What outlives the request has had other requests, which are not known.
        if (isFollowed) writeEntry(entries, at(key), array([key ?? UNDEFINED, value ?? key ?? UNDEFINED]))
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
          entries.open,
        ),
      )
    case 'size':
      return operation('size', owner)
    case 'delete':
      return native(name, ([key]) =>
        isFollowed ? deleteEntry(entries, key, at(key)) : operation(name, key ?? UNDEFINED),
      )
    case 'clear':
      return native(name, () => {
        if (!isFollowed) return UNDEFINED
        entries.items.length = 0
        entries.open = false
        return UNDEFINED
      })
    default:
      return null
  }
}

/** After a key was deleted that only a run knows, any may be gone. */
function deleteEntry(entries: ArrayValue, key: Value | undefined, index: number): Value {
  if (index >= 0) {
    entries.items.splice(index, 1)
    return literal(true)
  }
  if (isComplete(entries, key)) return literal(false)
  entries.items.length = 0
  entries.open = true
  return operation('delete', key ?? UNDEFINED)
}

/** What is not in a list that is wholly known is not there. */
function isComplete(entries: ArrayValue, key: Value | undefined): boolean {
  const isKnown = (one: Value | undefined): boolean => one !== undefined && one.kind !== 'symbol'
  const keys = entries.items.map((pair) => (pair.kind === 'array' ? pair.items[0] : undefined))
  return !entries.open && isKnown(key) && keys.every(isKnown)
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

import { awaitValue, callFunctionLike, settle } from '../call.ts'
import { decide, type Machine } from '../machine.ts'
import type { ts } from '../syntax.ts'
import { type ArrayValue, array, literal, native, operation, UNDEFINED, type Value } from '../values.ts'

type Method = (machine: Machine, owner: ArrayValue, args: readonly Value[], node: ts.Node) => Value

const METHODS: Readonly<Record<string, Method>> = {
  map: (machine, owner, [callback], node) =>
    array(
      owner.items.map((item, index) => visit(machine, callback, [item, literal(index), owner], node)),
      owner.open,
    ),
  flatMap: (machine, owner, [callback], node) =>
    array(
      owner.items.flatMap((item) => flatten(visit(machine, callback, [item], node))),
      owner.open,
    ),
  forEach: (machine, owner, [callback], node) => {
    for (const [index, item] of owner.items.entries()) visit(machine, callback, [item, literal(index), owner], node)
    return UNDEFINED
  },
  filter: (machine, owner, [callback], node) => filterItems(machine, owner, callback, node),
  find: (machine, owner, [callback], node) =>
    owner.items.find((item) => decide(machine, visit(machine, callback, [item], node), node)) ??
    (owner.open ? operation('find', owner) : UNDEFINED),
  some: (machine, owner, [callback], node) =>
    owner.open
      ? operation('some', owner)
      : literal(owner.items.some((item) => decide(machine, visit(machine, callback, [item], node), node))),
  every: (machine, owner, [callback], node) =>
    owner.open
      ? operation('every', owner)
      : literal(owner.items.every((item) => decide(machine, visit(machine, callback, [item], node), node))),
  includes: (_machine, owner, [wanted]) => includesItem(owner, wanted ?? UNDEFINED),
  indexOf: (_machine, owner, [wanted]) => operation('indexOf', owner, wanted ?? UNDEFINED),
  join: (_machine, owner, [separator]) => joinItems(owner, separator),
  push: (machine, owner, args) => {
    const before = owner.items.length
    machine.run?.journal.push(() => owner.items.splice(before))
    owner.items.push(...args)
    return literal(owner.items.length)
  },
  unshift: (_machine, owner, args) => {
    owner.items.unshift(...args)
    return literal(owner.items.length)
  },
  pop: (_machine, owner) => owner.items.at(-1) ?? UNDEFINED,
  shift: (_machine, owner) => owner.items[0] ?? UNDEFINED,
  slice: (_machine, owner, [start, end]) => sliceItems(owner, start, end),
  concat: (_machine, owner, args) => array([...owner.items, ...args.flatMap(flatten)], owner.open),
  flat: (_machine, owner) => array(owner.items.flatMap(flatten), owner.open),
  reverse: (_machine, owner) => array([...owner.items].reverse(), owner.open),
  sort: (_machine, owner) => owner,
  at: (_machine, owner, [index]) =>
    index?.kind === 'literal' ? (owner.items.at(Number(index.value)) ?? UNDEFINED) : UNDEFINED,
  keys: (_machine, owner) => array(owner.items.map((_item, index) => literal(index))),
  entries: (_machine, owner) => array(owner.items.map((item, index) => array([literal(index), item]))),
  values: (_machine, owner) => owner,
  reduce: (machine, owner, [callback, initial], node) =>
    owner.items.reduce<Value>((sum, item) => visit(machine, callback, [sum, item], node), initial ?? UNDEFINED),
}

export function arrayMember(machine: Machine, owner: ArrayValue, name: string): Value {
  if (/^\d+$/.test(name)) return owner.items[Number(name)] ?? (owner.open ? operation('item', owner) : UNDEFINED)
  if (name === 'length') return owner.open ? operation('length', owner) : literal(owner.items.length)
  const method = METHODS[name]
  return method ? native(name, (args, node) => method(machine, owner, args, node)) : UNDEFINED
}

function visit(machine: Machine, callback: Value | undefined, args: readonly Value[], node: ts.Node): Value {
  if (!callback) return UNDEFINED
  return callFunctionLike(machine, { callee: callback, self: null, args, node })
}

function flatten(value: Value): readonly Value[] {
  return value.kind === 'array' ? value.items : [value]
}

function filterItems(machine: Machine, owner: ArrayValue, callback: Value | undefined, node: ts.Node): Value {
  const kept = owner.items.filter((item) =>
    callback ? decide(machine, visit(machine, callback, [item], node), node) : true,
  )
  return array(kept, owner.open)
}

function includesItem(owner: ArrayValue, wanted: Value): Value {
  if (wanted.kind !== 'literal' || owner.open) return operation('includes', owner, wanted)
  return literal(owner.items.some((item) => item.kind === 'literal' && item.value === wanted.value))
}

function joinItems(owner: ArrayValue, separator: Value | undefined): Value {
  const texts = owner.items.map((item) => (item.kind === 'literal' ? String(item.value) : null))
  if (owner.open || texts.includes(null)) return operation('join', owner)
  return literal(texts.join(separator?.kind === 'literal' ? String(separator.value) : ','))
}

function sliceItems(owner: ArrayValue, start: Value | undefined, end: Value | undefined): Value {
  const number = (value: Value | undefined): number | undefined =>
    value?.kind === 'literal' && typeof value.value === 'number' ? value.value : undefined
  return array(owner.items.slice(number(start), number(end)), owner.open)
}

/** `Promise.all([...])`: everything settles, in the order written; the first rejection wins. */
export function settleAll(machine: Machine, list: Value | undefined, node: ts.Node): Value {
  if (list?.kind !== 'array') return settle(machine, () => operation('Promise.all', list ?? UNDEFINED))
  return settle(machine, () =>
    array(
      list.items.map((item) => awaitValue(machine, item, node)),
      list.open,
    ),
  )
}

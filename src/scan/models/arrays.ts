import { callCallbacks, callFunctionLike } from '../interpret/call.ts'
import { decide } from '../interpret/decisions.ts'
import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import { type ArrayValue, array, literal, native, operation, UNDEFINED, type Value } from '../interpret/values.ts'
import type { ts } from '../syntax/syntax.ts'

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
  find: (machine, owner, [callback], node) => findItem(machine, owner, callback, node),
  findLast: (machine, owner, [callback], node) =>
    findItem(machine, { ...owner, items: [...owner.items].reverse() }, callback, node),
  findIndex: (machine, owner, [callback], node) => {
    const found = owner.items.findIndex((item) => accepts(machine, callback, item, node))
    return found < 0 && owner.open ? operation('findIndex', owner) : literal(found)
  },
  some: (machine, owner, [callback], node) => {
    if (owner.items.some((item) => accepts(machine, callback, item, node))) return literal(true)
    return owner.open ? operation('some', owner) : literal(false)
  },
  every: (machine, owner, [callback], node) => {
    if (!owner.items.every((item) => accepts(machine, callback, item, node))) return literal(false)
    return owner.open ? operation('every', owner) : literal(true)
  },
  includes: (_machine, owner, [wanted]) => includesItem(owner, wanted ?? UNDEFINED),
  indexOf: (_machine, owner, [wanted]) => operation('indexOf', owner, wanted ?? UNDEFINED),
  join: (_machine, owner, [separator]) => joinItems(owner, separator),
  push: (machine, owner, args) => {
    keepItems(machine, owner)
    owner.items.push(...args)
    return literal(owner.items.length)
  },
  unshift: (machine, owner, args) => {
    keepItems(machine, owner)
    owner.items.unshift(...args)
    return literal(owner.items.length)
  },
  pop: (machine, owner) => {
    keepItems(machine, owner)
    return owner.items.pop() ?? missing(owner)
  },
  shift: (machine, owner) => {
    keepItems(machine, owner)
    return owner.items.shift() ?? missing(owner)
  },
  splice: (machine, owner, [start, count, ...added]) => {
    keepItems(machine, owner)
    return array(owner.items.splice(numberOf(start) ?? 0, numberOf(count) ?? owner.items.length, ...added), owner.open)
  },
  slice: (_machine, owner, [start, end]) => sliceItems(owner, start, end),
  concat: (_machine, owner, args) => array([...owner.items, ...args.flatMap(flatten)], owner.open),
  flat: (_machine, owner) => array(owner.items.flatMap(flatten), owner.open),
  reverse: (machine, owner) => {
    keepItems(machine, owner)
    owner.items.reverse()
    return owner
  },
  toReversed: (_machine, owner) => array([...owner.items].reverse(), owner.open),
  sort: (machine, owner, [compare]) => {
    keepItems(machine, owner)
    owner.items.splice(0, owner.items.length, ...sortItems(owner, compare))
    return owner
  },
  toSorted: (_machine, owner, [compare]) => array(sortItems(owner, compare), owner.open),
  at: (_machine, owner, [index]) =>
    index?.kind === 'literal' ? (owner.items.at(Number(index.value)) ?? UNDEFINED) : UNDEFINED,
  keys: (_machine, owner) => array(owner.items.map((_item, index) => literal(index))),
  entries: (_machine, owner) => array(owner.items.map((item, index) => array([literal(index), item]))),
  values: (_machine, owner) => owner,
  reduce: (machine, owner, args, node) => sumItems(machine, owner, args, { node, order: (items) => items }),
  reduceRight: (machine, owner, args, node) =>
    sumItems(machine, owner, args, { node, order: (items) => [...items].reverse() }),
}

export function arrayMember(machine: Machine, owner: ArrayValue, name: string): Value {
  if (/^\d+$/.test(name)) return owner.items[Number(name)] ?? missing(owner)
  if (name === 'length' && owner.count) return owner.count
  if (name === 'length') return owner.open ? operation('length', owner) : literal(owner.items.length)
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  if (method) return native(name, (args, node) => method(machine, owner, args, node))
  return name in Array.prototype
    ? native(name, (args, node) => callOther(machine, { owner, name, args, node }))
    : UNDEFINED
}

/** A method that every list has, and that is not computed here: its callbacks run, what it gives is open. */
function callOther(
  machine: Machine,
  { owner, name, args, node }: { owner: ArrayValue; name: string; args: readonly Value[]; node: ts.Node },
): Value {
  if (CHANGING.has(name)) noteUnresolved(machine, `how ${name}() changes this list is not known`, node)
  return callCallbacks(machine, args, node) ?? operation(name, owner, ...args.filter(({ kind }) => kind !== 'function'))
}

const CHANGING = new Set(['fill', 'copyWithin'])

type Indexed = readonly [number, Value]

function sumItems(
  machine: Machine,
  owner: ArrayValue,
  [callback, initial]: readonly Value[],
  { node, order }: { node: ts.Node; order: (items: readonly Indexed[]) => readonly Indexed[] },
): Value {
  const pairs = order([...owner.items.entries()])
  let sum = initial ?? pairs[0]?.[1] ?? UNDEFINED
  for (const [index, item] of initial ? pairs : pairs.slice(1))
    sum = visit(machine, callback, [sum, item, literal(index), owner], node)
  // Further items would change the sum.
  return owner.open ? operation('reduce', owner) : sum
}

function visit(machine: Machine, callback: Value | undefined, args: readonly Value[], node: ts.Node): Value {
  if (!callback) return UNDEFINED
  return callFunctionLike(machine, { callee: callback, self: null, args, node })
}

function flatten(value: Value): readonly Value[] {
  return value.kind === 'array' ? value.items : [value]
}

/** Undoes, after the run, whatever is done to the list from here on. */
export function keepItems(machine: Machine, owner: ArrayValue): void {
  const before = [...owner.items]
  const { open } = owner
  // How many turns a loop takes that adds to it is not known, and so neither is how long it gets.
  if (machine.run && machine.looseLoops.length > 0) owner.open = true
  machine.run?.journal.push(() => {
    owner.items.splice(0, owner.items.length, ...before)
    owner.open = open
  })
}

function missing(owner: ArrayValue): Value {
  return owner.open ? operation('item', owner) : UNDEFINED
}

function numberOf(value: Value | undefined): number | undefined {
  return value?.kind === 'literal' && typeof value.value === 'number' ? value.value : undefined
}

/** Literals without a comparator sort as the language sorts them; any other order is not computed. */
function sortItems(owner: ArrayValue, compare: Value | undefined): Value[] {
  const texts = owner.items.map((item) => (item.kind === 'literal' ? String(item.value) : null))
  if (compare || texts.includes(null)) return [...owner.items]
  return [...owner.items].sort((a, b) =>
    String(a.kind === 'literal' && a.value) < String(b.kind === 'literal' && b.value) ? -1 : 1,
  )
}

function accepts(machine: Machine, callback: Value | undefined, item: Value, node: ts.Node): boolean {
  return decide(machine, visit(machine, callback, [item], node), node)
}

function findItem(machine: Machine, owner: ArrayValue, callback: Value | undefined, node: ts.Node): Value {
  const found = owner.items.find((item) => accepts(machine, callback, item, node))
  return found ?? (owner.open ? operation('find', owner) : UNDEFINED)
}

function filterItems(machine: Machine, owner: ArrayValue, callback: Value | undefined, node: ts.Node): Value {
  const kept = owner.items.filter((item) =>
    callback ? decide(machine, visit(machine, callback, [item], node), node) : true,
  )
  return array(kept, owner.open)
}

function includesItem(owner: ArrayValue, wanted: Value): Value {
  const [only, ...others] = owner.items
  const isOnlyOne = only?.kind === 'literal' && others.length === 0 && !owner.open
  if (wanted.kind === 'symbol' && isOnlyOne) return operation('===', wanted, only)
  if (wanted.kind !== 'literal' || owner.open) return operation('includes', owner, wanted)
  if (owner.items.some((item) => item.kind === 'literal' && item.value === wanted.value)) return literal(true)
  return owner.items.some(({ kind }) => kind === 'symbol') ? operation('includes', owner, wanted) : literal(false)
}

function joinItems(owner: ArrayValue, separator: Value | undefined): Value {
  const texts = owner.items.map((item) => (item.kind === 'literal' ? String(item.value) : null))
  if (owner.open || texts.includes(null)) return operation('join', owner)
  return literal(texts.join(separator?.kind === 'literal' ? String(separator.value) : ','))
}

function sliceItems(owner: ArrayValue, start: Value | undefined, end: Value | undefined): Value {
  return array(owner.items.slice(numberOf(start), numberOf(end)), owner.open)
}

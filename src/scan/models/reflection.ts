import { getMember, setMember } from '../interpret/access.ts'
import { callFunctionLike, constructValue } from '../interpret/call.ts'
import { designType } from '../interpret/declared-types.ts'
import { hasKey } from '../interpret/instances.ts'
import type { Machine } from '../interpret/machine.ts'
import { classOfPrototype, defineProperty, describeProperty, ownNames } from '../interpret/prototypes.ts'
import {
  array,
  literal,
  type NativeCall,
  native,
  object,
  operation,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import type { ts } from '../syntax/syntax.ts'

/** What `Object` says and changes of prototypes and properties. */
export function propertyStatics(machine: Machine): (readonly [string, Value])[] {
  return Object.entries({
    defineProperty: (args, node) => {
      define(machine, args, node)
      return args[0] ?? UNDEFINED
    },
    defineProperties: ([target, descriptors], node) => {
      const all = descriptors?.kind === 'object' ? descriptors.fields : new Map<string, Value>()
      for (const [name, descriptor] of all) defineProperty(machine, target ?? UNDEFINED, name, descriptor, node)
      return target ?? UNDEFINED
    },
    getOwnPropertyNames: ([value]) => ownNames(value ?? UNDEFINED),
    getOwnPropertySymbols: () => array([]),
    getOwnPropertyDescriptor: ([value, name]) => describeProperty(value ?? UNDEFINED, textOf(name)),
    getPrototypeOf: ([value]) => prototypeOf(machine, value ?? UNDEFINED),
  } satisfies Record<string, NativeCall>).map(([name, call]) => [name, native(`Object.${name}`, call)])
}

/** The global `Reflect`, with what the package reflect-metadata adds to it. */
export function reflectObject(machine: Machine): Value {
  const calls: Record<string, NativeCall> = {
    ownKeys: ([value]) => ownNames(value ?? UNDEFINED),
    get: ([target, name], node) => getMember(machine, target ?? UNDEFINED, textOf(name), node),
    set: ([target, name, value]) => {
      setMember(machine, target ?? UNDEFINED, textOf(name), value ?? UNDEFINED)
      return literal(true)
    },
    has: ([target, name]) => hasKey(name ?? UNDEFINED, target ?? UNDEFINED),
    apply: ([callee, self, list], node) =>
      callFunctionLike(machine, { callee: callee ?? UNDEFINED, self: self ?? null, args: itemsOf(list), node }),
    construct: ([type, list], node) => constructValue(machine, type ?? UNDEFINED, itemsOf(list), node),
    defineProperty: (args, node) => {
      define(machine, args, node)
      return literal(true)
    },
    getOwnPropertyDescriptor: ([value, name]) => describeProperty(value ?? UNDEFINED, textOf(name)),
    getPrototypeOf: ([value]) => prototypeOf(machine, value ?? UNDEFINED),
    ...metadataCalls(machine),
  }
  return object(Object.entries(calls).map(([name, call]) => [name, native(`Reflect.${name}`, call)]))
}

function define(machine: Machine, [target, name, descriptor]: readonly Value[], node: ts.Node): void {
  defineProperty(machine, target ?? UNDEFINED, textOf(name), descriptor ?? UNDEFINED, node)
}

function textOf(name: Value | undefined): string {
  return name?.kind === 'literal' ? String(name.value) : '?'
}

function itemsOf(list: Value | undefined): readonly Value[] {
  return list?.kind === 'array' ? list.items : []
}

const prototypes = new WeakMap<Machine, Value>()

/** `Object.prototype` of one scan, with the methods that code calls on it. */
export function objectPrototype(machine: Machine): Value {
  const existing = prototypes.get(machine)
  if (existing) return existing
  const owns = native('call', ([owner, key]) => hasKey(key ?? UNDEFINED, owner ?? UNDEFINED))
  const tag = native('call', ([owner]) => tagOf(owner ?? UNDEFINED))
  const methods = [
    ['hasOwnProperty', native('hasOwnProperty', () => UNDEFINED, [['call', owns]])],
    ['toString', native('toString', () => UNDEFINED, [['call', tag]])],
  ] as const
  const made = object(methods, { open: true })
  prototypes.set(machine, made)
  return made
}

function tagOf(value: Value): Value {
  return value.kind === 'array' ? literal('[object Array]') : operation('Object.prototype.toString', value)
}

function prototypeOf(machine: Machine, value: Value): Value {
  if (value.kind === 'class') return value.base ?? UNDEFINED
  if (value.kind === 'symbol') return operation('Object.getPrototypeOf', value)
  if (value.kind !== 'object') return UNDEFINED
  if (!value.type) return objectPrototype(machine)
  return value.type?.kind === 'class' ? value.type.prototype : object([], { open: true })
}

interface Entry {
  readonly key: Value
  /** The member it is said of; null: the target itself. */
  readonly property: string | null
  readonly value: Value
}

/** By identity, which copies of a bound function share through their fields. */
const entries = new WeakMap<object, Entry[]>()

function metadataCalls(machine: Machine): Record<string, NativeCall> {
  return {
    defineMetadata: ([key, value, target, property]) => {
      write(machine, { key: key ?? UNDEFINED, value: value ?? UNDEFINED, property: propertyOf(property) }, target)
      return UNDEFINED
    },
    metadata: ([key, value]) =>
      native('Reflect.metadata', ([target, property]) => {
        write(machine, { key: key ?? UNDEFINED, value: value ?? UNDEFINED, property: propertyOf(property) }, target)
        return UNDEFINED
      }),
    getMetadata: ([key, target, property]) => readInherited(machine, { key, target, property }) ?? UNDEFINED,
    getOwnMetadata: ([key, target, property]) => readOwn(machine, { key, target, property }) ?? UNDEFINED,
    hasMetadata: ([key, target, property]) => literal(readInherited(machine, { key, target, property }) !== null),
    hasOwnMetadata: ([key, target, property]) => literal(readOwn(machine, { key, target, property }) !== null),
    getMetadataKeys: ([target, property]) => keysOf(target, property),
    getOwnMetadataKeys: ([target, property]) => keysOf(target, property),
    deleteMetadata: ([key, target, property]) => {
      write(machine, { key: key ?? UNDEFINED, value: UNDEFINED, property: propertyOf(property) }, target)
      return literal(true)
    },
  }
}

function write(machine: Machine, entry: Entry, target: Value | undefined): void {
  const identity = identityOf(target)
  if (!identity) return
  const before = entries.get(identity) ?? []
  machine.run?.journal.push(() => entries.set(identity, before))
  entries.set(identity, [entry, ...before])
}

interface Lookup {
  readonly key: Value | undefined
  readonly target: Value | undefined
  readonly property: Value | undefined
}

function readInherited(machine: Machine, lookup: Lookup): Value | null {
  let { target } = lookup
  for (let depth = 0; target && depth < 20; depth += 1) {
    const found = readOwn(machine, { ...lookup, target })
    if (found) return found
    const next = prototypeOf(machine, target)
    target = next.kind === 'class' || classOfPrototype(next) ? next : undefined
  }
  return null
}

function readOwn(machine: Machine, { key, target, property }: Lookup): Value | null {
  const identity = identityOf(target)
  const name = propertyOf(property)
  const written = identity && entries.get(identity)?.find((one) => one.property === name && isSame(one.key, key))
  if (written) return written.value
  const type = target?.kind === 'class' ? target : classOfPrototype(target)
  const design = key?.kind === 'literal' ? String(key.value) : ''
  return type && design.startsWith('design:') ? designType(machine, type, { design, member: name }) : null
}

function keysOf(target: Value | undefined, property: Value | undefined): Value {
  const identity = identityOf(target)
  const own = identity ? (entries.get(identity) ?? []) : []
  return array(own.filter((one) => one.property === propertyOf(property)).map((one) => one.key))
}

function identityOf(target: Value | undefined): object | null {
  if (target?.kind === 'function' || target?.kind === 'native') return target.fields
  return target && target.kind !== 'literal' ? target : null
}

function propertyOf(property: Value | undefined): string | null {
  return property?.kind === 'literal' && property.value !== undefined ? String(property.value) : null
}

function isSame(left: Value, right: Value | undefined): boolean {
  return left === right || (left.kind === 'literal' && right?.kind === 'literal' && left.value === right.value)
}

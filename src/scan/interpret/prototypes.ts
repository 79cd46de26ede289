import { ts } from '../syntax/syntax.ts'
import { setMember } from './access.ts'
import { makeFunction } from './call.ts'
import { isStatic } from './classes.ts'
import { type Machine, noteUnresolved, setField } from './machine.ts'
import { readPropertyName } from './patterns.ts'
import { array, type ClassValue, literal, type ObjectValue, object, UNDEFINED, type Value } from './values.ts'

/** Puts the methods and getters of the code where instances find them. */
export function fillPrototype(machine: Machine, made: ClassValue): void {
  const { fields, getters, hidden } = made.prototype
  fields.set('constructor', made)
  hidden.add('constructor')
  for (const member of made.node.members) {
    const isMethod = ts.isMethodDeclaration(member) && member.body !== undefined
    if (isStatic(member) || !(isMethod || ts.isGetAccessorDeclaration(member))) continue
    const name = readPropertyName(machine, member.name, made.scope)
    if (name === null) continue
    hidden.add(name)
    const target = isMethod ? fields : getters
    target.set(name, makeFunction(member, made.scope, { home: made }))
  }
}

/** The class whose `prototype` a value is; null for anything else. */
export function classOfPrototype(value: Value | undefined): ClassValue | null {
  const owner = value?.kind === 'object' ? value.fields.get('constructor') : undefined
  return owner?.kind === 'class' && owner.prototype === value ? owner : null
}

/** `Object.getOwnPropertyNames(value)`. */
export function ownNames(value: Value): Value {
  if (value.kind === 'class') return array(['prototype', ...value.statics.keys()].map(literal))
  if (value.kind === 'namespace') return array(value.names().map(literal))
  if (value.kind !== 'object') return array([], true)
  const names = [...value.fields.keys(), ...value.getters.keys()].filter((name) => !/^(?:#|\.\.\.)/.test(name))
  return array(names.map(literal), value.open)
}

/** `Object.getOwnPropertyDescriptor(value, name)`. */
export function describeProperty(value: Value, name: string): Value {
  const field = ownField(value, name)
  if (field)
    return object([
      ['value', field],
      ['writable', literal(true)],
      ['enumerable', literal(true)],
      ['configurable', literal(true)],
    ])
  const getter = value.kind === 'object' ? value.getters.get(name) : undefined
  return getter
    ? object([
        ['get', getter],
        ['configurable', literal(true)],
      ])
    : UNDEFINED
}

function ownField(value: Value, name: string): Value | undefined {
  if (value.kind === 'object' || value.kind === 'function') return value.fields.get(name)
  if (value.kind === 'class') return name === 'prototype' ? value.prototype : value.statics.get(name)
  return undefined
}

/** `Object.defineProperty(target, name, descriptor)`. */
export function defineProperty(machine: Machine, target: Value, name: string, descriptor: Value, node: ts.Node): void {
  const value = descriptor.kind === 'object' ? descriptor.fields.get('value') : undefined
  const getter = descriptor.kind === 'object' ? descriptor.fields.get('get') : undefined
  if (target.kind === 'object' && getter) return setGetter(machine, target, name, getter)
  if (target.kind === 'object' && value) {
    dropField(machine, target.getters, name)
    return setField(machine, target.fields, name, value)
  }
  if (value) return setMember(machine, target, name, value)
  noteUnresolved(machine, `what ${name} is defined as is not known before a run`, node)
}

function setGetter(machine: Machine, target: ObjectValue, name: string, getter: Value): void {
  dropField(machine, target.fields, name)
  setField(machine, target.getters, name, getter)
}

function dropField(machine: Machine, fields: Map<string, Value>, name: string): void {
  const before = fields.get(name)
  if (!before) return
  machine.run?.journal.push(() => fields.set(name, before))
  fields.delete(name)
}

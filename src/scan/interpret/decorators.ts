import { decorateFromPackage } from '../models/containers/decorations.ts'
import { ts } from '../syntax/syntax.ts'
import { callFunctionLike } from './call.ts'
import { isStatic } from './classes.ts'
import { evaluate } from './evaluate.ts'
import { type Machine, noteUnresolved } from './machine.ts'
import { readPropertyName } from './patterns.ts'
import { defineProperty, describeProperty } from './prototypes.ts'
import type { Scope } from './scope.ts'
import { Thrown } from './stops.ts'
import { type ClassValue, type FunctionValue, literal, type ObjectValue, UNDEFINED, type Value } from './values.ts'

/**
 * Applies the decorators of a class and its members in the order of TypeScript's `experimentalDecorators`, which is what
 * code with parameter decorators needs: instance members, static members, the class. The class, or what takes its place.
 */
export function decorateClass(machine: Machine, made: ClassValue, scope: Scope): Value {
  const members = made.node.members.filter((member) => !ts.isConstructorDeclaration(member))
  const [shared, own] = [members.filter(isStatic), members.filter((member) => !isStatic(member))]
  for (const member of [...own, ...shared]) decorateMember(machine, { made, member, scope })
  return decorateWhole(machine, made, scope)
}

interface Decorated {
  readonly made: ClassValue
  readonly member: ts.ClassElement
  readonly scope: Scope
}

function decorateMember(machine: Machine, { made, member, scope }: Decorated): void {
  const parameters = ts.isMethodDeclaration(member) ? member.parameters : []
  const found = [...readDecorators(machine, member, scope), ...readParameterDecorators(machine, parameters, scope)]
  const key = member.name && found.length > 0 ? readPropertyName(machine, member.name, scope) : null
  if (found.length === 0) return
  if (key === null) return noteUnresolved(machine, 'decorators of a member whose name only a run knows', member)
  const target = isStatic(member) ? made : made.prototype
  if (ts.isPropertyDeclaration(member)) {
    for (const decorator of found.reverse()) apply(machine, decorator, [target, literal(key), UNDEFINED])
    return
  }
  let descriptor = describeProperty(target, key)
  for (const decorator of found.reverse()) {
    const last = decorator.index === null ? descriptor : literal(decorator.index)
    const given = apply(machine, decorator, [target, literal(key), last])
    if (decorator.index === null && given.kind === 'object') descriptor = given
  }
  if (descriptor.kind === 'object') defineProperty(machine, target, key, nameValue(descriptor, key), member)
}

/** What a decorator puts in place of a method goes by the method's name. */
function nameValue(descriptor: ObjectValue, key: string): Value {
  const value = descriptor.fields.get('value')
  if (value?.kind !== 'function' || value.name !== '') return descriptor
  return { ...descriptor, fields: new Map([...descriptor.fields, ['value', { ...value, name: key }]]) }
}

function decorateWhole(machine: Machine, made: ClassValue, scope: Scope): Value {
  const declared = made.node.members.find((member) => ts.isConstructorDeclaration(member) && member.body)
  const parameters = declared && ts.isConstructorDeclaration(declared) ? declared.parameters : []
  const found = [...readDecorators(machine, made.node, scope), ...readParameterDecorators(machine, parameters, scope)]
  let whole: Value = made
  for (const decorator of found.reverse()) {
    const place = decorator.index === null ? [] : [UNDEFINED, literal(decorator.index)]
    const given = apply(machine, decorator, [whole, ...place])
    if (decorator.index === null && (given.kind === 'class' || given.kind === 'function')) whole = given
  }
  return whole
}

interface Decorator {
  readonly value: Value
  /** Which parameter it is of; null: the member or class itself. */
  readonly index: number | null
  readonly node: ts.Decorator
}

function readDecorators(machine: Machine, node: ts.Node, scope: Scope, index: number | null = null): Decorator[] {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : []
  return decorators.map((decorator) => ({
    value: guard(machine, decorator, () => evaluate(machine, decorator.expression, scope)),
    index,
    node: decorator,
  }))
}

function readParameterDecorators(
  machine: Machine,
  parameters: Iterable<ts.ParameterDeclaration>,
  scope: Scope,
): Decorator[] {
  return [...parameters].flatMap((parameter, index) => readDecorators(machine, parameter, scope, index))
}

function apply(machine: Machine, { value, node }: Decorator, args: readonly Value[]): Value {
  if (value.kind === 'package') {
    decorateFromPackage(machine, value, args, node)
    return UNDEFINED
  }
  if (value.kind === 'function' && isStandard(value)) {
    noteUnresolved(machine, 'a decorator of the ECMAScript standard, which is not analysed', node)
    return UNDEFINED
  }
  if (value.kind === 'function' || value.kind === 'native')
    return guard(machine, node, () => callFunctionLike(machine, { callee: value, self: null, args, node }))
  noteUnresolved(machine, 'a decorator that analysis does not know', node)
  return UNDEFINED
}

/** `(value, context: ClassMethodDecoratorContext)`: not the decorators of `experimentalDecorators`. */
function isStandard({ node }: FunctionValue): boolean {
  return /^Class\w*DecoratorContext\b/.test(node.parameters[1]?.type?.getText() ?? '')
}

/** One decorator that fails costs itself, not the class. */
function guard(machine: Machine, node: ts.Decorator, compute: () => Value): Value {
  try {
    return compute()
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    noteUnresolved(machine, 'this decorator throws as far as analysis can tell', node)
    return UNDEFINED
  }
}

import { autoInjected } from '../models/containers/tsyringe.ts'
import { createEmitter, isEmitter } from '../models/emitters.ts'
import { ts } from '../syntax/syntax.ts'
import { callFunction, callFunctionLike, makeFunction } from './call.ts'
import { decorateClass } from './decorators.ts'
import { STACK } from './error-values.ts'
import { evaluate, evaluateArguments } from './evaluate.ts'
import { executeBlock } from './execute.ts'
import type { Machine } from './machine.ts'
import { bindPattern, readPropertyName } from './patterns.ts'
import { fillPrototype } from './prototypes.ts'
import { createScope, declare, type Scope } from './scope.ts'
import { knowByType } from './typed-receivers.ts'
import {
  type ClassValue,
  type FunctionValue,
  literal,
  type NativeValue,
  native,
  type ObjectValue,
  object,
  UNDEFINED,
  type Value,
} from './values.ts'

/** The class, or what its decorators put in its place. */
export function makeClass(machine: Machine, node: ts.ClassLikeDeclaration, scope: Scope): Value {
  const heritage = node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
  const base = heritage ? evaluate(machine, heritage.expression, scope) : null
  const made: ClassValue = {
    kind: 'class',
    name: node.name?.text ?? '',
    node,
    scope,
    base,
    statics: new Map(),
    prototype: object([], { type: base?.kind === 'class' ? base : null }),
    decorations: [],
  }
  fillPrototype(machine, made)
  // Static initialisers may use the class by its own name: `static instance = new Pool()`.
  if (made.name) declare(scope, made.name, made)
  const inner = createScope(scope, made, made)
  for (const member of node.members) {
    if (!ts.canHaveModifiers(member) || !isStatic(member)) continue
    const name = member.name ? readPropertyName(machine, member.name, scope) : null
    if (name === null) continue
    if (ts.isPropertyDeclaration(member))
      made.statics.set(name, member.initializer ? evaluate(machine, member.initializer, inner) : UNDEFINED)
    if (ts.isMethodDeclaration(member)) made.statics.set(name, makeFunction(member, scope, { home: made }))
  }
  return decorateClass(machine, made, inner)
}

export function isStatic(
  member: ts.Node & { readonly modifiers?: ts.NodeArray<ts.ModifierLike> | undefined },
): boolean {
  return member.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword) ?? false
}

export function constructClass(machine: Machine, type: ClassValue, args: readonly Value[], node: ts.Node): Value {
  const instance = object([], { type })
  initialise(machine, { type, instance, args, node })
  return instance
}

interface Construction {
  readonly type: ClassValue
  readonly instance: ObjectValue
  readonly args: readonly Value[]
  readonly node: ts.Node
}

/** Runs the constructor and the initialisers of a class, and of its bases, on an object that is there already. */
export function initialise(machine: Machine, construction: Construction): void {
  const { type, instance, args } = construction
  const declared = type.node.members.find((member) => ts.isConstructorDeclaration(member) && member.body)
  if (!declared || !ts.isConstructorDeclaration(declared) || !declared.body) {
    initialiseBase(machine, construction, args)
    initialiseFields(machine, type, instance)
    return
  }
  const scope = createScope(type.scope, instance, type)
  for (const [index, parameter] of declared.parameters.entries()) {
    const given = args[index] ?? autoInjected(machine, type, { parameter, index })
    const value = given
      ? knowByType(machine, given, parameter)
      : parameter.initializer
        ? evaluate(machine, parameter.initializer, scope)
        : UNDEFINED
    bindPattern(machine, parameter.name, value, scope)
    if (ts.isParameterPropertyDeclaration(parameter, declared) && ts.isIdentifier(parameter.name))
      instance.fields.set(parameter.name.text, value)
  }
  const statements = [...declared.body.statements]
  const superIndex = statements.findIndex(isSuperCall)
  const superCall = statements[superIndex]
  if (superCall) {
    executeBlock(machine, statements.slice(0, superIndex), scope)
    initialiseBase(machine, construction, superArguments(machine, superCall, scope))
  }
  initialiseFields(machine, type, instance)
  executeBlock(machine, statements.slice(superIndex + 1), scope)
}

function isSuperCall(statement: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(statement) &&
    ts.isCallExpression(statement.expression) &&
    statement.expression.expression.kind === ts.SyntaxKind.SuperKeyword
  )
}

function superArguments(machine: Machine, statement: ts.Statement, scope: Scope): Value[] {
  if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return []
  return evaluateArguments(machine, statement.expression.arguments, scope)
}

function initialiseBase(machine: Machine, { type, instance, node }: Construction, args: readonly Value[]): void {
  const { base } = type
  if (base?.kind === 'class') return initialise(machine, { type: base, instance, args, node })
  if (base?.kind === 'package' && isEmitter(base)) {
    for (const [name, method] of createEmitter(machine).fields) {
      instance.fields.set(name, method)
      instance.hidden.add(name)
    }
  }
  if (base?.kind === 'native' && base.name.endsWith('Error')) {
    instance.fields.set('message', args[0] ?? literal(''))
    instance.fields.set('name', literal(base.name))
    instance.fields.set('stack', STACK)
    for (const name of ['message', 'name', 'stack', 'cause']) instance.hidden.add(name)
    const options = args[1]
    if (options?.kind === 'object' && options.fields.has('cause'))
      instance.fields.set('cause', options.fields.get('cause') ?? UNDEFINED)
  }
}

function initialiseFields(machine: Machine, type: ClassValue, instance: ObjectValue): void {
  const scope = createScope(type.scope, instance, type)
  for (const member of type.node.members) {
    if (!ts.isPropertyDeclaration(member) || isStatic(member) || !member.initializer) continue
    const name = readPropertyName(machine, member.name, scope)
    if (name === null) continue
    const value = evaluate(machine, member.initializer, scope)
    instance.fields.set(name, value.kind === 'function' && value.name === '' ? { ...value, name } : value)
  }
}

/**
 * A method, or what a getter gives, of the class or its bases; null when there is none. A method is not bound: `this` is
 * what it is called on, and nothing when it is handed over by itself.
 */
export function findMethod(
  machine: Machine,
  instance: ObjectValue,
  { name, node, from = instance.type }: { name: string; node: ts.Node; from?: ObjectValue['type'] | Value },
): Value | null {
  for (let type = from; type?.kind === 'class'; type = type.base) {
    const method = type.prototype.fields.get(name)
    if (method) return method
    const getter = type.prototype.getters.get(name)
    if (getter) return callFunctionLike(machine, { callee: getter, self: instance, args: [], node })
  }
  return null
}

/** Runs the setter of a name; false when the class has none. */
export function callSetter(machine: Machine, instance: ObjectValue, name: string, value: Value): boolean {
  for (let type: ObjectValue['type'] | Value = instance.type; type?.kind === 'class'; type = type.base) {
    const member = findSetter(machine, type, name)
    if (!member) continue
    const setter = makeFunction(member, type.scope, { home: type })
    callFunction(machine, setter, { callee: setter, self: instance, args: [value], node: member })
    return true
  }
  return false
}

function findSetter(machine: Machine, type: ClassValue, name: string): ts.SetAccessorDeclaration | undefined {
  return type.node.members
    .filter(ts.isSetAccessorDeclaration)
    .find((member) => !isStatic(member) && readPropertyName(machine, member.name, type.scope) === name)
}

/** `fn.bind(x)`, `fn.call(x, ...)`, `fn.apply(x, [...])`. */
export function bindFunction(machine: Machine, callee: FunctionValue, name: string): Value | null {
  if (name === 'bind') {
    return {
      kind: 'native',
      name: 'bind',
      fields: new Map(),
      call: ([self]) => ({ ...callee, self: callee.self ?? self ?? null }),
    }
  }
  if (name !== 'call' && name !== 'apply') return null
  return {
    kind: 'native',
    name,
    fields: new Map(),
    call: ([self, ...rest], node) => {
      const [list] = rest
      const args = name === 'call' ? rest : list?.kind === 'array' ? list.items : []
      return callFunctionLike(machine, { callee, self: self ?? null, args, node })
    },
  }
}

/** `app.use.apply(app, [...])` and the like: a built-in knows what it is a member of. */
export function bindNative({ name, call, fields }: NativeValue, member: string): Value | null {
  switch (member) {
    case 'bind':
      return native(name, ([, ...given]) => native(name, (args, node) => call([...given, ...args], node), fields))
    case 'call':
      return native(name, ([, ...args], node) => call(args, node))
    case 'apply':
      return native(name, ([, list], node) => call(list?.kind === 'array' ? list.items : [], node))
    default:
      return null
  }
}

import { callFunctionLike } from '../call.ts'
import { initialise } from '../classes.ts'
import { classOfType } from '../declared-types.ts'
import { express } from '../express-value.ts'
import { type Machine, noteUnresolved, setField, unknownValue } from '../machine.ts'
import { brief, ts } from '../syntax.ts'
import { valueOfType } from '../typed-receivers.ts'
import {
  array,
  type ClassValue,
  type Decoration,
  isNullish,
  type ObjectValue,
  object,
  UNDEFINED,
  type Value,
} from '../values.ts'
import { decorationsOf } from './decorations.ts'

/** How a container comes by what a token stands for. */
export type Provider =
  | { readonly kind: 'class'; readonly type: ClassValue }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'factory'; readonly make: (node: ts.Node) => Value }
  | { readonly kind: 'alias'; readonly token: Value }

export interface Binding {
  readonly token: Value
  provider: Provider
  /** One instance for all; null: as the class or the container says. */
  isShared: boolean | null
}

/** One container: what is registered, and what it has made. */
export interface Registry {
  readonly bindings: Binding[]
  readonly shared: Map<Binding | ClassValue, Value>
  /** Instances under way: a cycle gets the one that is not finished. */
  readonly making: Map<ClassValue, ObjectValue>
  /** What holds for classes that say nothing themselves. */
  readonly sharesByDefault: boolean
}

export function createRegistry(options: { sharesByDefault: boolean }): Registry {
  return { bindings: [], shared: new Map(), making: new Map(), ...options }
}

const typed = new WeakMap<Machine, Registry>()

/** The registry of instances that stand for a type, where no container is in sight. */
export function typeRegistry(machine: Machine): Registry {
  const registry = typed.get(machine) ?? createRegistry({ sharesByDefault: true })
  typed.set(machine, registry)
  return registry
}

export function bind(machine: Machine, registry: Registry, binding: Binding): Binding {
  const before = registry.bindings.length
  machine.run?.journal.push(() => registry.bindings.splice(before))
  registry.bindings.push(binding)
  return binding
}

/** What is asked for: a token, and the type that the code expects when nothing is registered for it. */
export interface Request {
  readonly token: Value
  readonly type?: ts.TypeNode | undefined
  readonly isOptional?: boolean
  readonly node: ts.Node
}

export function resolveToken(machine: Machine, registry: Registry, request: Request): Value {
  const token = openToken(machine, request.token, request.node)
  const binding = registry.bindings.findLast((one) => isSameToken(one.token, token))
  if (binding) return provide(machine, registry, binding, request)
  if (token.kind === 'class') return instantiate(machine, registry, token, request.node)
  if (request.isOptional) return UNDEFINED
  const inferred = valueOfType(machine, request.type, request.node)
  return inferred ?? unknownValue(machine, 'nothing is registered for this as far as analysis can tell', request.node)
}

/** Everything that is registered for a token. */
export function resolveAll(machine: Machine, registry: Registry, { token, node }: Request): Value {
  const found = registry.bindings.filter((one) => isSameToken(one.token, token))
  return array(found.map((one) => provide(machine, registry, one, { token, node })))
}

export function isBound(registry: Registry, token: Value | undefined): boolean {
  return token !== undefined && registry.bindings.some((one) => isSameToken(one.token, token))
}

/** `delay(() => X)`, `new LazyServiceIdentifier(() => X)` and `() => X` name a class that is not there yet. */
function openToken(machine: Machine, token: Value, node: ts.Node): Value {
  if (token.kind === 'function') return callFunctionLike(machine, { callee: token, self: null, args: [], node })
  const last = token.kind === 'package' ? token.steps.at(-1) : undefined
  const inner = last && last.kind !== 'member' ? last.args[0] : undefined
  return inner?.kind === 'function' ? callFunctionLike(machine, { callee: inner, self: null, args: [], node }) : token
}

function isSameToken(left: Value, right: Value): boolean {
  if (isNullish(left) || isNullish(right)) return false
  if (left.kind === 'literal' && right.kind === 'literal') return left.value === right.value
  if (left.kind === 'symbol' && right.kind === 'symbol')
    return JSON.stringify(left.expression) === JSON.stringify(right.expression)
  return left === right
}

function provide(machine: Machine, registry: Registry, binding: Binding, request: Request): Value {
  const { provider, isShared } = binding
  const { node } = request
  switch (provider.kind) {
    case 'value':
      return provider.value
    case 'alias':
      return provider.token === request.token
        ? UNDEFINED
        : resolveToken(machine, registry, { ...request, token: provider.token })
    case 'factory':
      return share(machine, registry, { key: binding, isShared: isShared ?? registry.sharesByDefault }, () =>
        provider.make(node),
      )
    case 'class': {
      const { type } = provider
      if (isShared === null) return instantiate(machine, registry, type, node)
      return share(machine, registry, { key: binding, isShared }, () => make(machine, registry, type, node))
    }
    default:
      return provider satisfies never
  }
}

function share(
  machine: Machine,
  registry: Registry,
  { key, isShared }: { key: Binding | ClassValue; isShared: boolean },
  compute: () => Value,
): Value {
  const known = registry.shared.get(key)
  if (known) return known
  const value = compute()
  if (!isShared) return value
  machine.run?.journal.push(() => registry.shared.delete(key))
  registry.shared.set(key, value)
  return value
}

/** An instance of a class with what its constructor and properties ask for. */
export function instantiate(machine: Machine, registry: Registry, type: ClassValue, node: ts.Node): Value {
  const isShared = saysShared(type) ?? registry.sharesByDefault
  return share(machine, registry, { key: type, isShared }, () => make(machine, registry, type, node))
}

/** What the decorators of a class say of its scope. */
function saysShared(type: ClassValue): boolean | null {
  for (const { name, args } of decorationsOf(type, { key: null })) {
    const text = JSON.stringify(args.map((arg) => express(arg)))
    if (/^(?:singleton|scoped)$/.test(name)) return true
    if (/^(?:injectable|Service)$/.test(name) && /singleton/i.test(text)) return true
    if (/^(?:injectable|Service)$/.test(name) && /transient/i.test(text)) return false
  }
  return null
}

function make(machine: Machine, registry: Registry, type: ClassValue, node: ts.Node): Value {
  const unfinished = registry.making.get(type)
  if (unfinished) return unfinished
  const instance = object([], { type })
  registry.making.set(type, instance)
  try {
    const args = resolveParameters(machine, registry, type)
    initialise(machine, { type, instance, args, node })
    injectProperties(machine, registry, instance)
    callPostConstruct(machine, instance, node)
    return instance
  } finally {
    registry.making.delete(type)
  }
}

function resolveParameters(machine: Machine, registry: Registry, type: ClassValue): Value[] {
  for (let owner: Value | null = type; owner?.kind === 'class'; owner = owner.base) {
    const declared = owner.node.members.find((member) => ts.isConstructorDeclaration(member) && member.body)
    if (!declared || !ts.isConstructorDeclaration(declared)) continue
    const home = owner
    return declared.parameters.map((parameter, index) =>
      resolveParameter(machine, registry, { parameter, said: decorationsOf(home, { key: null, index }) }),
    )
  }
  return []
}

interface Asked {
  readonly parameter: ts.ParameterDeclaration
  readonly said: readonly Decoration[]
}

/** What one parameter of a constructor is given, by its decorator or else by its type. */
export function resolveParameter(machine: Machine, registry: Registry, { parameter, said }: Asked): Value {
  if (said.some(({ name }) => name === 'unmanaged')) return UNDEFINED
  const told = said.find(({ name }) => INJECTING.test(name))
  const isOptional = said.some(({ name }) => name === 'optional') || parameter.questionToken !== undefined
  if (told) return resolveTold(machine, registry, { told, type: parameter.type, isOptional, node: parameter })
  if (parameter.initializer) return UNDEFINED
  return resolveType(machine, registry, { type: parameter.type, isOptional, node: parameter })
}

const INJECTING = /inject/i

interface Place {
  readonly type: ts.TypeNode | undefined
  readonly isOptional: boolean
  readonly node: ts.Node
}

function resolveTold(machine: Machine, registry: Registry, { told, ...place }: Place & { told: Decoration }): Value {
  const [token, options] = told.args
  if (token === undefined || isNullish(token)) return resolveType(machine, registry, place)
  if (/^(?:multiInject|injectAll|InjectMany)$/.test(told.name))
    return resolveAll(machine, registry, { token, node: place.node })
  const isOptional = place.isOptional || (options?.kind === 'object' && options.fields.has('isOptional'))
  return resolveToken(machine, registry, { token, ...place, isOptional })
}

function resolveType(machine: Machine, registry: Registry, { type, isOptional, node }: Place): Value {
  const found = classOfType(machine, type)
  if (found) return resolveToken(machine, registry, { token: found, type, node })
  const inferred = valueOfType(machine, type, node)
  if (inferred || isOptional) return inferred ?? UNDEFINED
  return unknownValue(machine, `what is injected for ${brief(node)} is not known`, node)
}

function injectProperties(machine: Machine, registry: Registry, instance: ObjectValue): void {
  for (const type of chainOf(instance)) {
    for (const told of type.decorations) {
      if (told.key === null || told.index !== null || !INJECTING.test(told.name)) continue
      const member = told.node.parent
      const type = ts.isPropertyDeclaration(member) ? member.type : undefined
      const isOptional = ts.isPropertyDeclaration(member) && member.questionToken !== undefined
      setField(
        machine,
        instance.fields,
        told.key,
        resolveTold(machine, registry, { told, type, isOptional, node: told.node }),
      )
    }
  }
}

function callPostConstruct(machine: Machine, instance: ObjectValue, node: ts.Node): void {
  for (const type of chainOf(instance)) {
    for (const { key } of type.decorations.filter(({ name }) => name === 'postConstruct')) {
      const callee = key === null ? undefined : type.prototype.fields.get(key)
      if (callee) callFunctionLike(machine, { callee, self: instance, args: [], node })
    }
  }
}

/** The classes of an instance, the base first. */
function chainOf({ type }: ObjectValue): ClassValue[] {
  const chain: ClassValue[] = []
  for (let current: ObjectValue['type'] | Value = type; current?.kind === 'class'; current = current.base)
    chain.unshift(current)
  return chain
}

/** The type that a call asks for: `Repo` of `container.resolve<Repo>('Repo')`. */
export function askedType(node: ts.Node): ts.TypeNode | undefined {
  return ts.isCallExpression(node) ? node.typeArguments?.[0] : undefined
}

/** A token of a container that analysis can't tell apart from others. */
export function noteUnknownToken(machine: Machine, token: Value | undefined, node: ts.Node): void {
  if (!token || isNullish(token)) noteUnresolved(machine, 'which token this is is not known before a run', node)
}

import { callFunctionLike } from '../../interpret/call.ts'
import { describePackage } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved, unknownValue } from '../../interpret/machine.ts'
import { valueOfType } from '../../interpret/typed-receivers.ts'
import {
  array,
  type ClassValue,
  isNullish,
  type ObjectValue,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { ts } from '../../syntax/syntax.ts'
import { instantiate, makeInstance } from './instantiate.ts'

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

/** Registries of which there is one for the program, by who keeps it. */
const registries = new WeakMap<Machine, Map<string, Registry>>()

export function sharedRegistry(machine: Machine, keeper: string, options: { sharesByDefault: boolean }): Registry {
  const known = registries.get(machine) ?? new Map<string, Registry>()
  const registry = known.get(keeper) ?? createRegistry(options)
  registries.set(machine, known.set(keeper, registry))
  return registry
}

/** The registry of instances that stand for a type, where no container is in sight. */
export function typeRegistry(machine: Machine): Registry {
  return sharedRegistry(machine, 'types', { sharesByDefault: true })
}

export function bind(machine: Machine, registry: Registry, binding: Binding): Binding {
  const before = registry.bindings.length
  machine.run?.journal.push(() => registry.bindings.splice(before))
  registry.bindings.push(binding)
  const loading = machine.loading.at(-1)
  if (loading !== undefined) machine.boot.filling.add(loading)
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
  if (left.kind === 'package' && right.kind === 'package') return left === right || isSameExport(left, right)
  return left === right
}

/** A class of a package, imported twice. */
function isSameExport(left: PackageValue, right: PackageValue): boolean {
  const isPlain = [...left.steps, ...right.steps].every((step) => step.kind === 'member')
  return isPlain && describePackage(left) === describePackage(right)
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
      return share(machine, registry, { key: binding, isShared }, () => makeInstance(machine, registry, type, node))
    }
    default:
      return provider satisfies never
  }
}

/** What is kept for the next that asks, when it is shared. */
export function share(
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

/** The type that a call asks for: `Repo` of `container.resolve<Repo>('Repo')`. */
export function askedType(node: ts.Node): ts.TypeNode | undefined {
  return ts.isCallExpression(node) ? node.typeArguments?.[0] : undefined
}

/** A token of a container that analysis can't tell apart from others. */
export function noteUnknownToken(machine: Machine, token: Value | undefined, node: ts.Node): void {
  if (!token || isNullish(token)) noteUnresolved(machine, 'which token this is is not known before a run', node)
}

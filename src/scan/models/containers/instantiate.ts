import { callFunctionLike } from '../../interpret/call.ts'
import { initialise } from '../../interpret/classes.ts'
import { classOfType, findDeclared, typeName } from '../../interpret/declared-types.ts'
import { express } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved, setField, unknownValue } from '../../interpret/machine.ts'
import { packageImport } from '../../interpret/modules.ts'
import { valueOfType } from '../../interpret/typed-receivers.ts'
import {
  type ClassValue,
  type Decoration,
  isNullish,
  type ObjectValue,
  object,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { brief, ts } from '../../syntax/syntax.ts'
import { decorationsOf } from './decorations.ts'
import { isBound, type Registry, resolveAll, resolveToken, share } from './injection.ts'

/** An instance of a class with what its constructor and properties ask for. */
export function instantiate(machine: Machine, registry: Registry, type: ClassValue, node: ts.Node): Value {
  const isShared = saysShared(type) ?? registry.sharesByDefault
  return share(machine, registry, { key: type, isShared }, () => makeInstance(machine, registry, type, node))
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

/** Makes an instance, whatever is kept; a cycle gets the one that is being made. */
export function makeInstance(machine: Machine, registry: Registry, type: ClassValue, node: ts.Node): Value {
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
    if (!isDescribed(home.node, declared)) return declared.parameters.map((one) => undescribed(machine, one))
    return declared.parameters.map((parameter, index) =>
      resolveParameter(machine, registry, { parameter, said: decorationsOf(home, { key: null, index }) }),
    )
  }
  return []
}

/** Only of what has a decorator does the compiler keep the types that a container goes by. */
function isDescribed(node: ClassValue['node'], declared: ts.ConstructorDeclaration): boolean {
  const decorated: readonly ts.Node[] = [node, ...declared.parameters]
  return decorated.some((one) => ts.canHaveDecorators(one) && (ts.getDecorators(one)?.length ?? 0) > 0)
}

function undescribed(machine: Machine, parameter: ts.ParameterDeclaration): Value {
  if (!parameter.initializer && !parameter.questionToken)
    noteUnresolved(machine, 'no decorator tells a container what this constructor takes: it gets undefined', parameter)
  return UNDEFINED
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
  const found = classOfType(machine, type) ?? packageOfType(machine, registry, type)
  if (found) return resolveToken(machine, registry, { token: found, type, node })
  const inferred = valueOfType(machine, type, node)
  if (inferred || isOptional) return inferred ?? UNDEFINED
  return unknownValue(machine, `what is injected for ${brief(node)} is not known`, node)
}

/** A class of a package that is registered: `container.registerInstance(Pool, pool)`. */
function packageOfType(machine: Machine, registry: Registry, type: ts.TypeNode | undefined): Value | null {
  const name = typeName(type)
  const declared = type && name !== null ? findDeclared(machine, type.getSourceFile().fileName, name) : null
  if (declared?.kind !== 'package') return null
  const token = packageImport(declared.module, declared.name)
  return isBound(registry, token) ? token : null
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

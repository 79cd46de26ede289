import { type Call, callFunctionLike, constructValue } from '../../interpret/call.ts'
import { express } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import {
  literal,
  type NamespaceValue,
  type NativeCall,
  native,
  type ObjectValue,
  object,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { ts } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'

interface Registered {
  readonly resolver: Value
  readonly isClassic: boolean | null
  readonly isShared: boolean
}

interface Container {
  readonly registered: Map<string, Registered>
  readonly shared: Map<string, Value>
  readonly making: Set<string>
  readonly isClassic: boolean
}

/** `createContainer()`; null for anything else, which stays a chain that `register` reads. */
export function callAwilix(machine: Machine, callee: PackageValue, { args, node }: Call): Value | null {
  if (callee.module !== 'awilix' || memberNames(callee).at(-1) !== 'createContainer') return null
  const [options] = args
  const mode = options?.kind === 'object' ? options.fields.get('injectionMode') : undefined
  const isClassic = mode !== undefined && /classic/i.test(JSON.stringify(express(mode)))
  return createContainer(machine, { registered: new Map(), shared: new Map(), making: new Set(), isClassic }, node)
}

function createContainer(machine: Machine, container: Container, node: ts.Node): ObjectValue {
  const value = object([], { type: { kind: 'builtin', name: 'AwilixContainer' } })
  const cradle = cradleOf(machine, container, node)
  const calls: Record<string, NativeCall> = {
    register: (args, at) => {
      registerAll(machine, container, args, at)
      return value
    },
    resolve: ([name], at) => resolveName(machine, container, String(name?.kind === 'literal' ? name.value : '?'), at),
    build: ([target], at) => makeFrom(machine, container, { resolver: target ?? UNDEFINED, isClassic: null }, at),
    has: ([name]) => literal(name?.kind === 'literal' && container.registered.has(String(name.value))),
    hasRegistration: ([name]) => literal(name?.kind === 'literal' && container.registered.has(String(name.value))),
    createScope: (_args, at) =>
      createContainer(machine, { ...container, registered: new Map(container.registered) }, at),
    loadModules: (_args, at) => {
      noteUnresolved(machine, 'modules that awilix finds by their file names are not analysed', at)
      return value
    },
    dispose: () => UNDEFINED,
  }
  for (const [name, call] of Object.entries(calls)) value.fields.set(name, native(name, call))
  value.fields.set('cradle', cradle)
  return value
}

/** Everything that is registered, made when it is asked for. */
function cradleOf(machine: Machine, container: Container, node: ts.Node): NamespaceValue {
  return {
    kind: 'namespace',
    file: '',
    member: (name) => (name === 'default' || name === 'then' ? null : resolveName(machine, container, name, node)),
    names: () => [...container.registered.keys()],
  }
}

function registerAll(machine: Machine, container: Container, [first, second]: readonly Value[], node: ts.Node): void {
  if (first?.kind === 'literal' && second) return registerOne(machine, container, String(first.value), second)
  if (first?.kind !== 'object')
    return noteUnresolved(machine, 'what is registered here is not known before a run', node)
  for (const [name, resolver] of first.fields) {
    if (name.startsWith('...'))
      noteUnresolved(machine, 'some of what is registered here is not known before a run', node)
    else registerOne(machine, container, name, resolver)
  }
}

function registerOne(machine: Machine, { registered }: Container, name: string, resolver: Value): void {
  const before = registered.get(name)
  machine.run?.journal.push(() => (before ? registered.set(name, before) : registered.delete(name)))
  const said = resolver.kind === 'package' ? memberNames(resolver) : []
  const text = JSON.stringify(express(resolver))
  registered.set(name, {
    resolver,
    isClassic: said.includes('classic') ? true : said.includes('proxy') ? false : null,
    isShared: said.includes('singleton') || said.includes('scoped') || /"(?:SINGLETON|SCOPED)"/.test(text),
  })
}

function resolveName(machine: Machine, container: Container, name: string, node: ts.Node): Value {
  const registered = container.registered.get(name)
  if (!registered || container.making.has(name)) {
    noteUnresolved(machine, `${name} is not registered as far as analysis can tell`, node)
    return { kind: 'symbol', expression: { kind: 'operation', name: `injected ${name}`, operands: [] } }
  }
  const known = container.shared.get(name)
  if (known) return known
  container.making.add(name)
  try {
    const value = makeFrom(machine, container, registered, node)
    if (!registered.isShared) return value
    machine.run?.journal.push(() => container.shared.delete(name))
    container.shared.set(name, value)
    return value
  } finally {
    container.making.delete(name)
  }
}

/** What `asClass(X)`, `asFunction(f)`, `asValue(v)` or `aliasTo('x')` gives, whatever is said of its lifetime. */
function makeFrom(
  machine: Machine,
  container: Container,
  { resolver, isClassic }: Pick<Registered, 'resolver' | 'isClassic'>,
  node: ts.Node,
): Value {
  if (resolver.kind === 'class' || resolver.kind === 'function')
    return construct(machine, container, { target: resolver, isClassic: isClassic ?? container.isClassic }, node)
  const [name] = resolver.kind === 'package' ? memberNames(resolver) : []
  const made = resolver.kind === 'package' ? resolver.steps.find((step) => step.kind === 'call') : undefined
  const target = made?.kind === 'call' ? made.args[0] : undefined
  if (name === 'asValue' && target) return target
  if (name === 'aliasTo' && target?.kind === 'literal')
    return resolveName(machine, container, String(target.value), node)
  if ((name === 'asClass' || name === 'asFunction') && target)
    return construct(machine, container, { target, isClassic: isClassic ?? container.isClassic }, node)
  noteUnresolved(machine, 'what is registered here is not known before a run', node)
  return { kind: 'symbol', expression: { kind: 'operation', name: 'injected', operands: [] } }
}

function construct(
  machine: Machine,
  container: Container,
  { target, isClassic }: { target: Value; isClassic: boolean },
  node: ts.Node,
): Value {
  const parameters =
    target.kind === 'class' ? constructorParameters(target) : target.kind === 'function' ? target.node.parameters : []
  const args = isClassic
    ? parameters.map((parameter) => resolveName(machine, container, parameter.name.getText(), parameter))
    : [cradleOf(machine, container, node)]
  return target.kind === 'class'
    ? constructValue(machine, target, args, node)
    : callFunctionLike(machine, { callee: target, self: null, args, node })
}

function constructorParameters(type: Value): readonly ts.ParameterDeclaration[] {
  for (let owner: Value | null = type; owner?.kind === 'class'; owner = owner.base) {
    const declared = owner.node.members.find((member) => ts.isConstructorDeclaration(member) && member.body)
    if (declared && ts.isConstructorDeclaration(declared)) return declared.parameters
  }
  return []
}

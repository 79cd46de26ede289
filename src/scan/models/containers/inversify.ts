import { callFunctionLike } from '../../interpret/call.ts'
import { express } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import {
  fulfilled,
  literal,
  type NativeCall,
  type NativeValue,
  native,
  type ObjectValue,
  object,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'
import {
  askedType,
  type Binding,
  bind,
  createRegistry,
  isBound,
  noteUnknownToken,
  type Provider,
  type Registry,
  resolveAll,
  resolveToken,
} from './injection.ts'
import { loadProvided } from './inversify-provide.ts'

const containers = new WeakMap<ObjectValue, Registry>()

/** The registry of a container; null for any other value. */
export function registryOf(value: Value | undefined): Registry | null {
  return value?.kind === 'object' ? (containers.get(value) ?? null) : null
}

/** `new Container({ defaultScope: 'Singleton' })`; null for anything else of the package. */
export function constructInversify(machine: Machine, callee: PackageValue, args: readonly Value[]): Value | null {
  if (!/^(?:inversify|@inversifyjs\/container)$/.test(callee.module) || memberNames(callee).at(-1) !== 'Container')
    return null
  return createContainer(machine, createRegistry({ sharesByDefault: asksForSingletons(args[0]) }))
}

function asksForSingletons(options: Value | undefined): boolean {
  const scope = options?.kind === 'object' ? options.fields.get('defaultScope') : undefined
  return scope !== undefined && /singleton/i.test(JSON.stringify(express(scope)))
}

function createContainer(machine: Machine, registry: Registry): ObjectValue {
  const container = object([], { type: { kind: 'builtin', name: 'Container' } })
  containers.set(container, registry)
  const bindTo = binder(machine, registry, container)
  const get: NativeCall = ([token], node) =>
    resolveToken(machine, registry, { token: token ?? UNDEFINED, type: askedType(node), node })
  const getAll: NativeCall = ([token], node) => resolveAll(machine, registry, { token: token ?? UNDEFINED, node })
  const calls: Record<string, NativeCall> = {
    get,
    resolve: get,
    getNamed: get,
    getTagged: get,
    getAsync: (args, node) => fulfilled(get(args, node)),
    resolveAsync: (args, node) => fulfilled(get(args, node)),
    getAll,
    getAllAsync: (args, node) => fulfilled(getAll(args, node)),
    isBound: ([token]) => literal(isBound(registry, token)),
    isCurrentBound: ([token]) => literal(isBound(registry, token)),
    load: (modules, node) => loadModules(machine, modules, { registry, bindTo, node }),
    loadAsync: (modules, node) => fulfilled(loadModules(machine, modules, { registry, bindTo, node })),
    createChild: () => createContainer(machine, { ...registry, bindings: [...registry.bindings] }),
  }
  for (const [name, call] of Object.entries(calls)) container.fields.set(name, native(name, call))
  for (const name of ['bind', 'rebind', 'rebindSync']) container.fields.set(name, bindTo)
  for (const name of IGNORED)
    container.fields.set(
      name,
      native(name, () => UNDEFINED),
    )
  return container
}

const IGNORED = [
  'unbind',
  'unbindAll',
  'unload',
  'snapshot',
  'restore',
  'applyMiddleware',
  'onActivation',
  'onDeactivation',
]

/** `bind`, which a module gets too: as itself in version 6, as a field of one object in version 7. */
function binder(machine: Machine, registry: Registry, container: ObjectValue): NativeValue {
  const bindTo = native('bind', ([token], node) => {
    noteUnknownToken(machine, token, node)
    const binding: Binding = {
      token: token ?? UNDEFINED,
      provider: { kind: 'value', value: UNDEFINED },
      isShared: null,
    }
    if (token?.kind === 'class') binding.provider = { kind: 'class', type: token }
    bind(machine, registry, binding)
    return bindingSyntax(machine, binding, container)
  })
  for (const name of ['bind', 'rebind', 'rebindSync']) bindTo.fields.set(name, bindTo)
  bindTo.fields.set(
    'isBound',
    native('isBound', ([token]) => literal(isBound(registry, token))),
  )
  for (const name of ['unbind', 'onActivation', 'onDeactivation'])
    bindTo.fields.set(
      name,
      native(name, () => UNDEFINED),
    )
  return bindTo
}

/** What follows `bind(token)`: `.to(Class).inSingletonScope()`. */
function bindingSyntax(machine: Machine, binding: Binding, container: ObjectValue): Value {
  const syntax = object()
  for (const [name, read] of Object.entries(PROVIDERS)) {
    const call: NativeCall = ([given], node) => {
      const provider = read({ machine, binding, container, given: given ?? UNDEFINED })
      if (provider) binding.provider = provider
      else noteUnresolved(machine, 'what is bound here is not known before a run', node)
      return syntax
    }
    syntax.fields.set(name, native(name, call))
  }
  for (const [name, isShared] of SCOPES) {
    const call: NativeCall = () => {
      binding.isShared = isShared
      return syntax
    }
    syntax.fields.set(name, native(name, call))
  }
  for (const name of ['onActivation', 'onDeactivation'])
    syntax.fields.set(
      name,
      native(name, () => syntax),
    )
  for (const name of CONDITIONS) {
    const call: NativeCall = (_args, node) => {
      noteUnresolved(machine, 'a binding under a condition: the latest of its token is taken', node)
      return syntax
    }
    syntax.fields.set(name, native(name, call))
  }
  return syntax
}

interface Bound {
  readonly machine: Machine
  readonly binding: Binding
  readonly container: ObjectValue
  readonly given: Value
}

const asValue = ({ given }: Bound): Provider => ({ kind: 'value', value: given })
const asFactory = ({ machine, container, given }: Bound): Provider => ({
  kind: 'factory',
  make: (node) => callFunctionLike(machine, { callee: given, self: null, args: [contextOf(container)], node }),
})
const asClass = (type: Value): Provider | null => (type.kind === 'class' ? { kind: 'class', type } : null)

/** What each way to bind makes of what it is given; null when that is not known. */
const PROVIDERS: Readonly<Record<string, (bound: Bound) => Provider | null>> = {
  to: ({ given }) => asClass(given),
  toSelf: ({ binding }) => asClass(binding.token),
  toConstantValue: asValue,
  toFunction: asValue,
  toConstructor: asValue,
  toDynamicValue: asFactory,
  toResolvedValue: asFactory,
  toFactory: asFactory,
  toProvider: asFactory,
  toService: ({ given }) => ({ kind: 'alias', token: given }),
}

const SCOPES = new Map([
  ['inSingletonScope', true],
  ['inRequestScope', true],
  ['inTransientScope', false],
])

const CONDITIONS = [
  'when',
  'whenNamed',
  'whenTagged',
  'whenTargetNamed',
  'whenTargetTagged',
  'whenInjectedInto',
  'whenParentNamed',
]

/** What a factory is given: the container in version 6, something to resolve with in version 7. */
function contextOf(container: ObjectValue): Value {
  return object([['container', container], ...container.fields], { open: true })
}

/** `container.load(new ContainerModule((bind) => { ... }))`. */
function loadModules(
  machine: Machine,
  modules: readonly Value[],
  { registry, bindTo, node }: { registry: Registry; bindTo: NativeValue; node: ts.Node },
): Value {
  for (const one of modules.flatMap((value) => (value.kind === 'array' ? value.items : [value]))) {
    if (one.kind === 'package' && loadProvided(machine, registry, one)) continue
    const made = one.kind === 'package' ? one.steps.findLast((step) => step.kind !== 'member') : undefined
    const callback = made?.args[0]
    if (callback?.kind !== 'function') {
      noteUnresolved(machine, 'what this module binds is not known before a run', node)
      continue
    }
    const rest = ['unbind', 'isBound', 'rebind'].map((name) => bindTo.fields.get(name) ?? UNDEFINED)
    callFunctionLike(machine, { callee: callback, self: null, args: [bindTo, ...rest], node })
  }
  return UNDEFINED
}

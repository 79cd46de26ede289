import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { express } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import {
  type ClassValue,
  type Decoration,
  literal,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { memberNames } from '../packages.ts'
import { decorationsOf } from './decorations.ts'
import {
  askedType,
  bind,
  isBound,
  noteUnknownToken,
  type Provider,
  type Registry,
  resolveAll,
  resolveToken,
  sharedRegistry,
} from './injection.ts'
import { resolveParameter } from './instantiate.ts'

const CONTAINER: PackageValue = { kind: 'package', module: 'tsyringe', steps: [{ kind: 'member', name: 'container' }] }

/** The container of tsyringe: one for the program, children included. */
function tsyringeRegistry(machine: Machine): Registry {
  return sharedRegistry(machine, 'tsyringe', { sharesByDefault: false })
}

/** A call on the container; null for anything else of the package. */
export function callTsyringe(machine: Machine, callee: PackageValue, { args, node }: Call): Value | null {
  const names = memberNames(callee)
  if (callee.module !== 'tsyringe' || names[0] !== 'container') return null
  const registry = tsyringeRegistry(machine)
  const [token = UNDEFINED, given, options] = args
  // `container.resolve.bind(container)` is called as the method that it binds.
  if (callee.steps.at(-1)?.kind === 'member' && names.at(-1) === 'bind')
    return { ...callee, steps: callee.steps.slice(0, -1) }
  switch (names.at(-1)) {
    case 'resolve':
      return resolveToken(machine, registry, { token, type: askedType(node), node })
    case 'resolveAll':
      return resolveAll(machine, registry, { token, node })
    case 'isRegistered':
      return literal(isBound(registry, token))
    case 'register':
      register(machine, { token, given, isShared: saysSingleton(options), node })
      return CONTAINER
    case 'registerSingleton':
      register(machine, { token, given: given ?? token, isShared: true, node })
      return CONTAINER
    case 'registerType':
      bind(machine, registry, { token, provider: { kind: 'alias', token: given ?? UNDEFINED }, isShared: null })
      return CONTAINER
    case 'registerInstance':
      bind(machine, registry, { token, provider: { kind: 'value', value: given ?? UNDEFINED }, isShared: null })
      return CONTAINER
    case 'createChildContainer':
      return CONTAINER
    default:
      return UNDEFINED
  }
}

function saysSingleton(options: Value | undefined): boolean | null {
  return options && /singleton|scoped/i.test(JSON.stringify(express(options))) ? true : null
}

interface Registering {
  readonly token: Value
  readonly given: Value | undefined
  readonly isShared: boolean | null
  readonly node: ts.Node
}

function register(machine: Machine, { token, given, isShared, node }: Registering): void {
  noteUnknownToken(machine, token, node)
  const provider = readProvider(machine, given)
  if (!provider) return noteUnresolved(machine, 'what is registered here is not known before a run', node)
  const isCached =
    given?.kind === 'object' && /Caching/.test(JSON.stringify(express(given.fields.get('useFactory') ?? UNDEFINED)))
  bind(machine, tsyringeRegistry(machine), { token, provider, isShared: isShared ?? (isCached ? true : null) })
}

/** A class, or `{ useClass }`, `{ useValue }`, `{ useFactory }`, `{ useToken }`. */
function readProvider(machine: Machine, given: Value | undefined): Provider | null {
  if (given?.kind === 'class') return { kind: 'class', type: given }
  if (given?.kind !== 'object') return null
  const part = (name: string): Value | undefined => given.fields.get(name)
  const [type, value, token] = [part('useClass'), part('useValue'), part('useToken')]
  const factory = functionIn(part('useFactory'))
  if (type?.kind === 'class') return { kind: 'class', type }
  if (value) return { kind: 'value', value }
  if (token) return { kind: 'alias', token }
  if (!factory) return null
  return {
    kind: 'factory',
    make: (node) => callFunctionLike(machine, { callee: factory, self: null, args: [CONTAINER], node }),
  }
}

/** `instanceCachingFactory((c) => ...)` gives what its function gives. */
function functionIn(value: Value | undefined): Value | null {
  if (value?.kind === 'function' || value?.kind === 'native') return value
  const last = value?.kind === 'package' ? value.steps.at(-1) : undefined
  return (last && last.kind !== 'member' ? last.args.find((arg) => arg.kind === 'function') : undefined) ?? null
}

/** What `@autoInjectable()` gives a parameter that the code leaves out; null without it. */
export function autoInjected(
  machine: Machine,
  type: ClassValue,
  { parameter, index }: { parameter: ts.ParameterDeclaration; index: number },
): Value | undefined {
  const isAuto = decorationsOf(type, { key: null }).some(({ name }) => name === 'autoInjectable')
  if (!isAuto) return undefined
  const said = decorationsOf(type, { key: null, index })
  return resolveParameter(machine, tsyringeRegistry(machine), { parameter, said })
}

/** `@singleton()`, `@injectable({ token })` and `@registry([...])` register the class they are on. */
export function registerTsyringe(machine: Machine, type: ClassValue, { name, args, node }: Decoration): void {
  const [first] = args
  if (name === 'injectable' && first?.kind === 'object') {
    const token = first.fields.get('token')
    for (const one of token?.kind === 'array' ? token.items : token ? [token] : [])
      register(machine, { token: one, given: type, isShared: null, node })
  }
  if (name !== 'registry') return
  if (first?.kind !== 'array') return noteUnresolved(machine, 'what is registered here is not known before a run', node)
  for (const one of first.items) {
    const options = one.kind === 'object' ? one.fields.get('options') : undefined
    const token = one.kind === 'object' ? (one.fields.get('token') ?? UNDEFINED) : UNDEFINED
    register(machine, { token, given: one, isShared: saysSingleton(options), node })
  }
}

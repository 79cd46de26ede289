import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import {
  type ClassValue,
  type Decoration,
  literal,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'
import {
  askedType,
  bind,
  isBound,
  type Provider,
  type Registry,
  resolveAll,
  resolveToken,
  sharedRegistry,
} from './injection.ts'

function typediRegistry(machine: Machine): Registry {
  return sharedRegistry(machine, 'typedi', { sharesByDefault: true })
}

/** A call on `Container`; null for anything else of the package. */
export function callTypedi(machine: Machine, callee: PackageValue, { args, node }: Call): Value | null {
  const names = memberNames(callee)
  if (callee.module !== 'typedi' || names[0] !== 'Container') return null
  const registry = typediRegistry(machine)
  const [token = UNDEFINED, given] = args
  switch (names.at(-1)) {
    case 'get':
      return resolveToken(machine, registry, { token, type: askedType(node), node })
    case 'getMany':
      return resolveAll(machine, registry, { token, node })
    case 'has':
      return literal(isBound(registry, token))
    case 'set':
      setAll(machine, token, given, node)
      return containerOf(callee)
    case 'of':
      return containerOf(callee)
    default:
      return UNDEFINED
  }
}

function containerOf(callee: PackageValue): PackageValue {
  return { ...callee, steps: [{ kind: 'member', name: 'Container' }] }
}

/** `set(token, value)`, `set({ id, value | type | factory })` and lists of those. */
function setAll(machine: Machine, token: Value, given: Value | undefined, node: Call['node']): void {
  const registry = typediRegistry(machine)
  if (token.kind === 'array') {
    for (const one of token.items) setAll(machine, one, undefined, node)
    return
  }
  if (given) {
    bind(machine, registry, { token, provider: { kind: 'value', value: given }, isShared: null })
    return
  }
  const provider = token.kind === 'object' ? readProvider(machine, token.fields) : null
  const id = token.kind === 'object' ? token.fields.get('id') : undefined
  if (provider && id) bind(machine, registry, { token: id, provider, isShared: null })
  else noteUnresolved(machine, 'what is set here is not known before a run', node)
}

function readProvider(machine: Machine, fields: ReadonlyMap<string, Value>): Provider | null {
  const [value, type, factory] = ['value', 'type', 'factory'].map((name) => fields.get(name))
  if (value) return { kind: 'value', value }
  if (factory?.kind === 'function') {
    return {
      kind: 'factory',
      make: (node) => callFunctionLike(machine, { callee: factory, self: null, args: [], node }),
    }
  }
  return type?.kind === 'class' ? { kind: 'class', type } : null
}

/** `@Service('id')` and `@Service({ id, factory })`. */
export function registerTypedi(machine: Machine, type: ClassValue, { name, args }: Decoration): void {
  const [first] = args
  if (name !== 'Service' || !first) return
  const id = first.kind === 'object' ? first.fields.get('id') : first
  const provider = first.kind === 'object' ? readProvider(machine, first.fields) : null
  if (!id && !provider) return
  bind(machine, typediRegistry(machine), {
    token: id ?? type,
    provider: provider ?? { kind: 'class', type },
    isShared: null,
  })
}

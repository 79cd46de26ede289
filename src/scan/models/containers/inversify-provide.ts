import type { Machine } from '../../interpret/machine.ts'
import type { ClassValue, Decoration, PackageValue, Value } from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'
import { bind, type Registry } from './injection.ts'

interface Provided {
  readonly token: Value
  readonly type: ClassValue
  readonly isShared: boolean | null
}

const provided = new WeakMap<Machine, Provided[]>()

/** `@provide(T)` and `@fluentProvide(T).inSingletonScope().done()` wait for the module that binds them all. */
export function keepProvided(machine: Machine, type: ClassValue, { value }: Decoration): void {
  const names = memberNames(value)
  const made = value.steps.find((step) => step.kind === 'call')
  const token = made?.kind === 'call' ? made.args[0] : undefined
  const isShared = /singleton/i.test(names.join(' ')) ? true : null
  provided.set(machine, [...(provided.get(machine) ?? []), { token: token ?? type, type, isShared }])
}

/** Binds them when the module is `buildProviderModule()`; false for any other. */
export function loadProvided(machine: Machine, registry: Registry, module: PackageValue): boolean {
  if (module.module !== 'inversify-binding-decorators') return false
  for (const { token, type, isShared } of provided.get(machine) ?? [])
    bind(machine, registry, { token, provider: { kind: 'class', type }, isShared })
  return true
}

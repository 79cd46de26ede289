import type { Call } from '../call.ts'
import type { Machine } from '../machine.ts'
import type { ClassValue, Decoration, ObjectValue, PackageValue, Value } from '../values.ts'
import { callAwilix } from './awilix.ts'
import { callAwilixExpress } from './awilix-express.ts'
import { constructInversify } from './inversify.ts'
import { constructInversifyServer, httpResultMember } from './inversify-express.ts'
import { callRoutingControllers, constructHttpError } from './routing-controllers.ts'
import { callTsyringe, registerTsyringe } from './tsyringe.ts'
import { callTypedi, registerTypedi } from './typedi.ts'

/** The containers of dependency injection; null for any other package. */
export function callContainer(machine: Machine, callee: PackageValue, call: Call): Value | null {
  return (
    callTsyringe(machine, callee, call) ??
    callTypedi(machine, callee, call) ??
    callAwilix(machine, callee, call) ??
    callAwilixExpress(machine, callee, call) ??
    callRoutingControllers(machine, callee, call)
  )
}

/** `new Container()` of the packages whose containers are made; null for anything else. */
export function constructContainer(machine: Machine, callee: PackageValue, args: readonly Value[]): Value | null {
  return (
    constructInversify(machine, callee, args) ??
    constructInversifyServer(machine, callee, args) ??
    constructHttpError(callee, args)
  )
}

/** What a class has from a base class of a package whose methods are known; null for anything else. */
export function inheritedFromPackage({ type }: ObjectValue, name: string): Value | null {
  let base: ObjectValue['type'] | Value = type
  while (base?.kind === 'class') base = base.base
  const isHttp = base?.kind === 'package' && base.module === 'inversify-express-utils'
  return isHttp ? httpResultMember(name) : null
}

/** Some decorators register the class that they are on. */
export function registerDecorated(machine: Machine, type: ClassValue, decoration: Decoration): void {
  if (decoration.module === 'tsyringe') registerTsyringe(machine, type, decoration)
  if (decoration.module === 'typedi') registerTypedi(machine, type, decoration)
}

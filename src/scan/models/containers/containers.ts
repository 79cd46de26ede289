import type { Call } from '../../interpret/call.ts'
import type { Machine } from '../../interpret/machine.ts'
import type { ClassValue, Decoration, ObjectValue, PackageValue, Value } from '../../interpret/values.ts'
import { callAwilix } from './awilix.ts'
import { callAwilixExpress } from './awilix-express.ts'
import { constructInversify } from './inversify.ts'
import { constructInversifyServer, httpResultMember } from './inversify-express.ts'
import { keepProvided } from './inversify-provide.ts'
import { callRoutingControllers, constructHttpError } from './routing-controllers.ts'
import { callTsoa, constructTsoa, tsoaMember } from './tsoa.ts'
import { callTsyringe, registerTsyringe } from './tsyringe.ts'
import { callTypedi, registerTypedi } from './typedi.ts'

/** The containers of dependency injection; null for any other package. */
export function callContainer(machine: Machine, callee: PackageValue, call: Call): Value | null {
  return (
    callTsyringe(machine, callee, call) ??
    callTypedi(machine, callee, call) ??
    callAwilix(machine, callee, call) ??
    callAwilixExpress(machine, callee, call) ??
    callRoutingControllers(machine, callee, call) ??
    callTsoa(callee, call)
  )
}

/** `new Container()` of the packages whose containers are made; null for anything else. */
export function constructContainer(machine: Machine, callee: PackageValue, args: readonly Value[]): Value | null {
  return (
    constructInversify(machine, callee, args) ??
    constructInversifyServer(machine, callee, args) ??
    constructHttpError(callee, args) ??
    constructTsoa(machine, callee)
  )
}

/** What a class has from a base class of a package whose methods are known; null for anything else. */
export function inheritedFromPackage(machine: Machine, owner: ObjectValue, name: string): Value | null {
  let base: ObjectValue['type'] | Value = owner.type
  while (base?.kind === 'class') base = base.base
  if (base?.kind !== 'package') return null
  if (base.module === 'inversify-express-utils') return httpResultMember(name)
  return /^(?:tsoa|@tsoa\/runtime)$/.test(base.module) ? tsoaMember(machine, owner, name) : null
}

/** Some decorators register the class that they are on. */
export function registerDecorated(machine: Machine, type: ClassValue, decoration: Decoration): void {
  if (decoration.module === 'tsyringe') registerTsyringe(machine, type, decoration)
  if (decoration.module === 'typedi') registerTypedi(machine, type, decoration)
  if (decoration.module === 'inversify-binding-decorators') keepProvided(machine, type, decoration)
}

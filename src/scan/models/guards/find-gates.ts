import type { Machine } from '../../interpret/machine.ts'
import type { PackageValue } from '../../interpret/values.ts'
import { findParserGates } from './body-parsers.ts'
import { findCorsGates } from './cors-gate.ts'
import { findCsrfGates } from './csrf-gates.ts'
import type { GatedExchange, GateModel } from './gates.ts'
import { findLimitGates } from './rate-limits.ts'
import { findSessionGates } from './sessions.ts'
import { findUploadGates } from './uploads.ts'

type FindGates = (machine: Machine, middleware: PackageValue, exchange: GatedExchange) => readonly GateModel[] | null

/** Asked in this order; the first that knows the middleware answers. */
const FINDERS: readonly FindGates[] = [
  findParserGates,
  findCorsGates,
  findLimitGates,
  findSessionGates,
  findCsrfGates,
  findUploadGates,
]

/** What the middleware may refuse; null where nobody knows it. */
export const findGates: FindGates = (machine, middleware, exchange) => {
  for (const find of FINDERS) {
    const gates = find(machine, middleware, exchange)
    if (gates) return gates
  }
  return null
}

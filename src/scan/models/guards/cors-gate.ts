import { getMember } from '../../interpret/access.ts'
import { describePackage } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import type { PackageValue } from '../../interpret/values.ts'
import { errorOf, type GateModel } from './gates.ts'

/** cors/lib/index.js: an `origin` function, or one that finds the options, may call back with an error, which goes to `next`. */
export function findCorsGates(_machine: Machine, middleware: PackageValue): GateModel[] | null {
  const made = middleware.steps.at(-1)
  if (middleware.module !== 'cors' || made?.kind !== 'call') return null
  const [given] = made.args
  const gate = {
    what: describePackage(middleware),
    how: 'origin refused',
    limit: null,
    types: [],
    store: null,
    at: made.at,
  } as const
  if (given?.kind === 'function') {
    return [
      { ...gate, refuse: (machine, { request, node }) => errorOf(machine, { callee: given, args: [request], node }) },
    ]
  }
  const origin = given?.kind === 'object' ? given.fields.get('origin') : undefined
  if (origin?.kind !== 'function') return []
  return [
    {
      ...gate,
      refuse: (machine, { request, node }) => {
        const header = getMember(machine, getMember(machine, request, 'headers', node), 'origin', node)
        return errorOf(machine, { callee: origin, args: [header], node })
      },
    },
  ]
}

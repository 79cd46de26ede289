import { STATUS_CODES } from 'node:http'
import { makeError } from '../interpret/error-values.ts'
import { literal, operation, type PackageValue, type Value } from '../interpret/values.ts'
import { memberNames } from './packages.ts'

const STATUS_PACKAGES = new Set(['http-status-codes', 'http-status'])
const STATUS_BY_NAME = new Map(
  Object.entries(STATUS_CODES).map(([code, text]) => [
    (text ?? '').toUpperCase().replace(/[^A-Z]+/g, '_'),
    Number(code),
  ]),
)

/** `StatusCodes.NOT_FOUND`; null for a member of any other package. */
export function statusMember(owner: PackageValue, name: string): Value | null {
  const code = STATUS_PACKAGES.has(owner.module) ? STATUS_BY_NAME.get(name) : undefined
  return code === undefined ? null : literal(code)
}

/** `createError(404, 'Not found')` and `createError.NotFound('...')`. */
export function httpError(callee: PackageValue, args: readonly Value[]): Value {
  const [first, second] = args
  const name = memberNames(callee).at(-1) ?? ''
  const named = STATUS_BY_NAME.get(name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase())
  const code =
    named === undefined
      ? first?.kind === 'literal' || first?.kind === 'symbol'
        ? first
        : literal(500)
      : literal(named)
  const given = named === undefined ? second : first
  const words = code.kind === 'literal' ? STATUS_CODES[Number(code.value)] : undefined
  return makeError(named === undefined ? 'HttpError' : `${name}Error`, given ?? literal(words ?? ''), [
    ['status', code],
    ['statusCode', code],
    ['expose', code.kind === 'literal' ? literal(Number(code.value) < 500) : operation('expose')],
  ])
}

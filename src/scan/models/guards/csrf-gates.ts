import { makeError } from '../../interpret/error-values.ts'
import type { Machine } from '../../interpret/machine.ts'
import { knownString, literal, type PackageValue } from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'
import type { GatedExchange, GateModel } from './gates.ts'

const SAFE = /^(?:GET|HEAD|OPTIONS|TRACE)$/

/** csurf/index.js and csrf-csrf: a request that changes something needs a token, or `next` gets a 403. */
export function findCsrfGates(
  _machine: Machine,
  middleware: PackageValue,
  { request }: GatedExchange,
): GateModel[] | null {
  const made = middleware.steps.findLast((step) => step.kind !== 'member')
  const isCsurf = middleware.module === 'csurf' && middleware.steps.at(-1)?.kind === 'call'
  const isDouble = middleware.module === 'csrf-csrf' && memberNames(middleware).at(-1) === 'doubleCsrfProtection'
  if ((!isCsurf && !isDouble) || made?.kind !== 'call') return null
  if (SAFE.test(knownString(request.fields.get('method')) ?? '')) return []
  const codes = [
    ['status', literal(403)],
    ['statusCode', literal(403)],
    ['code', literal('EBADCSRFTOKEN')],
    ['expose', literal(true)],
  ] as const
  const error = makeError('ForbiddenError', literal('invalid csrf token'), codes)
  const gate = {
    what: middleware.module,
    how: 'no CSRF token',
    limit: null,
    types: [],
    store: null,
    at: made.at,
  } as const
  return [{ ...gate, refuse: () => error }]
}

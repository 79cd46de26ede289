import type { Gate } from '../../facts/types.ts'
import { makeError } from '../../interpret/error-values.ts'
import { describePackage } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { knownString, literal, object, operation, type PackageValue, type Value } from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'
import { errorOf, type GatedExchange, type GateModel } from './gates.ts'

const TAKING = /^(?:single|array|fields|any|none)$/

/** multer/lib/make-middleware.js: only a form with files is looked at, and what it does not take is an error for `next`. */
export function findUploadGates(
  machine: Machine,
  middleware: PackageValue,
  { node }: GatedExchange,
): GateModel[] | null {
  const made = middleware.steps.at(-1)
  const taking = memberNames(middleware).at(-1) ?? ''
  if (middleware.module !== 'multer' || made?.kind !== 'call' || !TAKING.test(taking)) return null
  const field = knownString(made.args[0])
  const [options] = middleware.steps.flatMap((step) => (step.kind === 'call' && step !== made ? step.args : []))
  const option = (name: string): Value | undefined =>
    options?.kind === 'object' ? options.fields.get(name) : undefined
  const limits = option('limits')
  const size = limits?.kind === 'object' ? limits.fields.get('fileSize') : undefined
  const filter = option('fileFilter')
  const named = field === null ? '' : ` in the field ${field}`
  noteUnresolved(machine, `multer.${taking} takes files${named} of a multipart form, which no input shows`, node)
  const gate = (how: Gate['how'], refuse: GateModel['refuse'], limit: string | null = null): GateModel => ({
    ...{ what: describePackage(middleware), how, limit, types: ['multipart/form-data'], store: null, at: made.at },
    refuse,
  })
  return [
    ...(taking === 'any'
      ? []
      : [gate('unexpected file', () => multerError('LIMIT_UNEXPECTED_FILE', 'Unexpected field'))]),
    ...(size ? [gate('file too large', () => multerError('LIMIT_FILE_SIZE', 'File too large'), limitOf(size))] : []),
    ...(filter?.kind === 'function' ? [gate('file refused by fileFilter', refuseByFilter(filter, field))] : []),
  ]
}

function limitOf(size: Value): string | null {
  return size.kind === 'literal' ? `${size.value} bytes` : null
}

function multerError(code: string, message: string): Value {
  return makeError('MulterError', literal(message), [
    ['code', literal(code)],
    ['field', operation('name of the field')],
    ['#module', literal('multer')],
  ])
}

function refuseByFilter(filter: Value, field: string | null): GateModel['refuse'] {
  const file = object([
    ['fieldname', field === null ? operation('name of the field') : literal(field)],
    ...['originalname', 'encoding', 'mimetype'].map((name): [string, Value] => [
      name,
      operation(`${name} of the file`),
    ]),
  ])
  return (machine, { request, node }) => errorOf(machine, { callee: filter, args: [request, file], node })
}

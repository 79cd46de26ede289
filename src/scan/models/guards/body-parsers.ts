import type { Gate } from '../../facts/types.ts'
import { getMember } from '../../interpret/access.ts'
import { makeError } from '../../interpret/error-values.ts'
import { describePackage } from '../../interpret/express-value.ts'
import { type Machine, setField } from '../../interpret/machine.ts'
import { knownString, literal, operation, type PackageValue, type Value } from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'
import { errorOf, type GatedExchange, type GateModel } from './gates.ts'

/** The parsers of body-parser, which Express passes on, and the type of body that each looks at. */
const TYPES = new Map([
  ['json', 'application/json'],
  ['urlencoded', 'application/x-www-form-urlencoded'],
  ['text', 'text/plain'],
  ['raw', 'application/octet-stream'],
])

/** Stands for what V8 says of a text that is no JSON. */
export const PARSER_WORDS = 'message of JSON.parse'

/** Put on a request whose body of this type is read. */
const PARSED = '#parsed'

/** Methods of requests that have no body in an ordinary test. */
const BODILESS = /^(?:GET|HEAD|OPTIONS)$/

/** What a body parser refuses: body-parser/lib/read.js and lib/types/json.js. */
export function findParserGates(
  _machine: Machine,
  middleware: PackageValue,
  { request }: GatedExchange,
): GateModel[] | null {
  const made = middleware.steps.at(-1)
  const type = TYPES.get(memberNames(middleware).at(-1) ?? '')
  const method = knownString(request.fields.get('method'))
  if (!/^(?:express|body-parser)$/.test(middleware.module) || made?.kind !== 'call' || !type) return null
  if (method !== null && BODILESS.test(method)) return []
  const [options] = made.args
  const option = (name: string): Value | undefined =>
    options?.kind === 'object' ? options.fields.get(name) : undefined
  const types = typesOf(option('type'), type)
  // What an earlier parser has read is not read again.
  if (types.every((one) => request.fields.has(`${PARSED} ${one}`))) return []
  const gate = (how: Gate['how'], refuse: GateModel['refuse']): GateModel => ({
    ...{ what: describePackage(middleware), how, types, store: null, at: made.at },
    limit: how === 'body too large' ? limitOf(options, option('limit')) : null,
    refuse,
  })
  const verify = option('verify')
  return [
    ...(type === 'application/json' ? [gate('malformed body', () => parseError())] : []),
    gate('body too large', () => sizeError()),
    ...(verify && mayThrow(verify) ? [gate('body refused by verify', refuseByVerify(verify))] : []),
  ]
}

/** Notes what a parser reads, for those after it. */
export function noteParsed(machine: Machine, gates: readonly Gate[], { request }: GatedExchange): void {
  for (const { how, types } of gates) {
    if (how !== 'body too large') continue
    for (const type of types) setField(machine, request.fields, `${PARSED} ${type}`, literal(true))
  }
}

function limitOf(options: Value | undefined, limit: Value | undefined): string | null {
  if (limit?.kind === 'literal') return String(limit.value)
  const isUsual = options === undefined || (options.kind === 'object' && !options.open && !limit)
  return isUsual ? '100kb' : null
}

function typesOf(given: Value | undefined, usual: string): string[] {
  if (!given) return [usual]
  const items = given.kind === 'array' ? given.items : [given]
  return items.map((item) => knownString(item) ?? 'unknown')
}

/** `createError(400, error, { body, type })` of http-errors keeps the class of the error. */
function parseError(): Value {
  return makeError('SyntaxError', operation(PARSER_WORDS), [
    ...httpFields(400, 'entity.parse.failed'),
    ['body', operation('raw body')],
  ])
}

/** raw-body/index.js */
function sizeError(): Value {
  const sizes = ['expected', 'length', 'limit'].map((name): [string, Value] => [name, operation(`${name} of the body`)])
  const fields = [...httpFields(413, 'entity.too.large'), ...sizes]
  return makeError('PayloadTooLargeError', literal('request entity too large'), fields)
}

function httpFields(status: number, type: string): [string, Value][] {
  return [
    ['expose', literal(true)],
    ['statusCode', literal(status)],
    ['status', literal(status)],
    ['type', literal(type)],
  ]
}

function mayThrow(verify: Value): boolean {
  return verify.kind === 'function' && /\bthrow\b/.test(verify.node.getText())
}

/** What `verify` throws is given the status 403 and a type. */
function refuseByVerify(verify: Value): GateModel['refuse'] {
  return (machine, { request, response, node }) => {
    const args = [request, response, operation('raw body'), literal('utf-8')]
    const error = errorOf(machine, { callee: verify, args, node })
    if (error?.kind !== 'object') return error
    const own = getMember(machine, error, 'type', node)
    const fields = [...error.fields, ...httpFields(403, knownString(own) ?? 'entity.verify.failed')]
    return { ...error, fields: new Map(fields) }
  }
}

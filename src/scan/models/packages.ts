import { STATUS_CODES } from 'node:http'
import { type Call, callCallbacks } from '../call.ts'
import { decideFailure } from '../decisions.ts'
import { describePackage, express } from '../express-value.ts'
import { type Machine, makeError, Thrown } from '../machine.ts'
import { locate, ts } from '../syntax.ts'
import { nextEvent, recordExternal } from '../trace-events.ts'
import type { EffectClass, Expression } from '../types.ts'
import {
  literal,
  operation,
  type PackageStep,
  type PackageValue,
  rejected,
  symbol,
  UNDEFINED,
  type Value,
} from '../values.ts'
import { callDrizzle } from './database.ts'
import { callExpress, listenOn } from './express.ts'
import { callHttpPackage } from './http.ts'
import { callZod } from './zod.ts'

/** Packages whose calls reach outside the process. */
const KNOWN_EFFECTS =
  /^(?:stripe|nodemailer|@sendgrid\/|resend|twilio|postmark|mailgun|@aws-sdk\/|aws-sdk|@google-cloud\/|openai|@anthropic-ai\/|bullmq|amqplib|kafkajs|ioredis|redis|@octokit\/|braintree|square|razorpay|plaid|@slack\/|pusher|firebase-admin)/
/** Packages that only compute, format or log. */
const HARMLESS =
  /^(?:uuid|nanoid|bcrypt|bcryptjs|argon2|crypto|path|url|util|fs|os|events|querystring|stream|buffer|winston|pino|pino-http|morgan|consola|debug|loglevel|lodash|lodash\/|ramda|date-fns|date-fns\/|dayjs|moment|luxon|ms|slugify|validator|qs|http-status-codes|http-status|dotenv|dotenv\/|chalk|prom-client|class-transformer|http-errors|drizzle-orm|@paralleldrive\/cuid2|cuid|ulid|tslib|perf_hooks|async_hooks|superjson|deepmerge|zod-validation-error)/
const STATUS_PACKAGES = new Set(['http-status-codes', 'http-status'])
const STATUS_BY_NAME = new Map(
  Object.entries(STATUS_CODES).map(([code, text]) => [
    (text ?? '').toUpperCase().replace(/[^A-Z]+/g, '_'),
    Number(code),
  ]),
)

export function packageMember(machine: Machine, owner: PackageValue, name: string): Value {
  if (STATUS_PACKAGES.has(owner.module)) {
    const code = STATUS_BY_NAME.get(name)
    if (code !== undefined) return literal(code)
  }
  if (name === 'listen' && machine.run === null) {
    const listened = listenOn(machine, owner)
    if (listened) return listened
  }
  return { ...owner, steps: [...owner.steps, { kind: 'member', name }] }
}

/** The names of a chain, without `default` and without its calls: `['router']`, `['z', 'object']`. */
export function memberNames(value: PackageValue): string[] {
  return value.steps.flatMap((step) => (step.kind === 'member' && step.name !== 'default' ? [step.name] : []))
}

export function appendCall(
  machine: Machine,
  callee: PackageValue,
  call: { args: readonly Value[]; node: ts.Node; kind?: 'call' | 'new' },
): PackageValue {
  const step: PackageStep = { kind: call.kind ?? 'call', args: call.args, at: locate(machine.root, call.node) }
  return { ...callee, steps: [...callee.steps, step] }
}

type PackageModel = (machine: Machine, callee: PackageValue, call: Call) => Value | null

/** Asked in this order; the first that knows the package answers. */
const MODELS: readonly PackageModel[] = [callExpress, callDrizzle, callZod, callHttpPackage]

export function callPackage(machine: Machine, callee: PackageValue, call: Call): Value {
  for (const model of MODELS) {
    const value = model(machine, callee, call)
    if (value) return value
  }
  if (callee.module === 'http-errors') return httpError(callee, call)
  if (!machine.run) return appendCall(machine, callee, call)
  return callOpaque(machine, callee, call)
}

function callOpaque(machine: Machine, callee: PackageValue, call: Call): Value {
  const effect = classifyPackage(callee.module)
  if (effect === 'harmless') {
    callCallbacks(machine, call.args, call.node)
    return operation(describePackage(callee), ...call.args.filter((arg) => arg.kind !== 'function'))
  }
  const id = nextEvent(machine)
  const answer: Expression = { kind: 'result', event: id, path: [] }
  const mayReject = effect === 'known' || call.args.some(dependsOnInput)
  const fails =
    mayReject && decideFailure(machine, { kind: 'operation', name: 'rejects', operands: [answer] }, call.node)
  recordExternal(machine, {
    id,
    effect,
    target: {
      protocol: 'package',
      module: callee.module,
      name: describePackage(callee),
      arguments: call.args.map((arg) => express(arg)),
    },
    outcome: fails ? 'fails' : 'ok',
    node: call.node,
  })
  if (fails) return failCall(makeError('Error', literal(`${describePackage(callee)} failed`)), call.node)
  callCallbacks(machine, call.args, call.node)
  return symbol(answer)
}

export function classifyPackage(module: string): EffectClass {
  if (KNOWN_EFFECTS.test(module)) return 'known'
  return HARMLESS.test(module) ? 'harmless' : 'unclassified'
}

function dependsOnInput(value: Value): boolean {
  return JSON.stringify(express(value)).includes('"kind":"input"')
}

/** A rejected promise where the code waits for one, else a throw. */
export function failCall(error: Value, node: ts.Node): Value {
  const { parent } = node
  const isAwaited =
    ts.isAwaitExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isPropertyAccessExpression(parent) ||
    ts.isArrowFunction(parent)
  if (isAwaited) return rejected(error)
  throw new Thrown(error)
}

export function constructPackage(machine: Machine, callee: PackageValue, args: readonly Value[], node: ts.Node): Value {
  const name = memberNames(callee).at(-1) ?? callee.module
  if (name === 'AsyncLocalStorage' || name === 'EventEmitter') return symbol({ kind: 'operation', name, operands: [] })
  if (name.endsWith('Error')) return makeError(name, args[0] ?? UNDEFINED)
  return appendCall(machine, callee, { args, node, kind: 'new' })
}

/** `createError(404, 'Not found')` and `createError.NotFound('...')`. */
function httpError(callee: PackageValue, call: Call): Value {
  const [first, second] = call.args
  const status = first?.kind === 'literal' && typeof first.value === 'number' ? first : literal(500)
  const named = STATUS_BY_NAME.get((memberNames(callee).at(-1) ?? '').replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase())
  const code = named === undefined ? status : literal(named)
  const message = (named === undefined ? second : first) ?? UNDEFINED
  return makeError('HttpError', message, [
    ['status', code],
    ['statusCode', code],
  ])
}

import { hasPart } from '../expressions.ts'
import { type Call, callCallbacks, callFunctionLike, passesRequestOn, passRequestOn } from '../interpret/call.ts'
import { makeError } from '../interpret/error-values.ts'
import { describePackage, express } from '../interpret/express-value.ts'
import { decideFailure } from '../interpret/faults.ts'
import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import { clockOf, rejectionOf, trackAnswer } from '../interpret/pending.ts'
import { Thrown } from '../interpret/stops.ts'
import { nextEvent, recordExternal } from '../interpret/trace-events.ts'
import {
  literal,
  operation,
  type PackageStep,
  type PackageValue,
  rejected,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import { locate, ts } from '../syntax/syntax.ts'
import type { Expression } from '../types.ts'
import { callAxios } from './axios.ts'
import { builtArguments, isBuiltOn } from './builder-calls.ts'
import { callContainer, constructContainer } from './containers/containers.ts'
import { callDecorator } from './containers/decorations.ts'
import { callDrizzle } from './drizzle/database.ts'
import { callDriver } from './drizzle/drivers.ts'
import { enumMember } from './drizzle/enum-members.ts'
import { createEmitter, isEmitter } from './emitters.ts'
import { callEnvironment } from './environment.ts'
import { callExpress, listenOn } from './express.ts'
import { callFiles } from './files.ts'
import { guardRequest, makesGuard } from './guards/guards.ts'
import { isIdentityCall } from './guards/identity-calls.ts'
import { callLucia, luciaMember } from './guards/lucia.ts'
import { callPassport } from './guards/passport-log.ts'
import { callUnless } from './guards/unless.ts'
import { callFetchPackage } from './http.ts'
import { httpError, statusMember } from './http-errors.ts'
import { takesNodeCallback, tellCallback } from './node-callbacks.ts'
import { classifyCall, isSynchronous, makesClient, mayRefuse } from './package-effects.ts'
import { callPaths } from './paths.ts'
import { TAKING_APPS } from './request-members.ts'
import { callResults, constructResult } from './results.ts'
import { notePackageStart } from './starts.ts'
import { callTokens } from './tokens.ts'
import { callCelebrate, celebrateMember } from './validators/celebrate.ts'
import { callExpressValidator } from './validators/express-validator.ts'
import { callJoi } from './validators/joi.ts'
import { callOtherValidator } from './validators/other-validators.ts'
import { callZod, shapeMember } from './validators/zod.ts'

export function packageMember(machine: Machine, owner: PackageValue, name: string): Value {
  const code = statusMember(owner, name)
  if (code) return code
  if (owner.module === 'path' && name === 'sep') return literal('/')
  if (name === 'listen' && machine.run === null) {
    const listened = listenOn(machine, owner)
    if (listened) return listened
  }
  const known =
    name === 'shape'
      ? shapeMember(owner)
      : (enumMember(owner, name) ?? celebrateMember(owner, name) ?? luciaMember(owner, name))
  return known ?? { ...owner, steps: [...owner.steps, { kind: 'member', name }] }
}

/** The names of a chain, without `default` and without its calls: `['router']`, `['z', 'object']`. */
export function memberNames(value: PackageValue): string[] {
  return value.steps.flatMap((step) => (step.kind === 'member' && step.name !== 'default' ? [step.name] : []))
}

export function appendCall(
  machine: Machine,
  callee: PackageValue,
  call: { args: readonly Value[]; node: ts.Node; kind?: 'call' | 'new'; isBuilding?: true },
): PackageValue {
  const { node, args, kind = 'call', isBuilding } = call
  const step: PackageStep = { kind, args, at: locate(machine.root, node), node, ...(isBuilding ? { isBuilding } : {}) }
  return { ...callee, steps: [...callee.steps, step] }
}

type PackageModel = (machine: Machine, callee: PackageValue, call: Call) => Value | null

/** Asked in this order; the first that knows the package answers. */
const MODELS: readonly PackageModel[] = [
  callEnvironment,
  callExpress,
  callDrizzle,
  callZod,
  callExpressValidator,
  callCelebrate,
  callJoi,
  callOtherValidator,
  callFetchPackage,
  callAxios,
  callTokens,
  callDriver,
  callContainer,
  callDecorator,
  callPaths,
  callFiles,
  callPassport,
  callUnless,
  callLucia,
  callResults,
  callThrough,
]

/** Packages that call the function they are given and answer with what it answers. */
const CALLING_THROUGH = /^(?:p-retry|async-retry|p-limit|p-queue|p-map|bottleneck|async-mutex|opossum|cls-hooked)$/

function callThrough(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!machine.run || !CALLING_THROUGH.test(callee.module)) return null
  const inner = call.args.find((arg) => arg.kind === 'function')
  return inner ? callFunctionLike(machine, { callee: inner, self: null, args: [], node: call.node }) : null
}

export function callPackage(machine: Machine, callee: PackageValue, call: Call): Value {
  notePackageStart(machine, callee, { ...call, kind: 'call' })
  for (const model of MODELS) {
    const value = model(machine, callee, call)
    if (value) return value
  }
  if (callee.module === 'http-errors') return httpError(callee, call.args)
  if (!machine.run) return callAtImport(machine, callee, call)
  return callOpaque(machine, callee, call)
}

/** While an app is made, a callback that goes on making it runs: `next.prepare().then(() => { ... app.listen() })`. */
function callAtImport(machine: Machine, callee: PackageValue, call: Call): Value {
  const isThen = memberNames(callee).at(-1) === 'then'
  for (const arg of call.args) {
    if (arg.kind === 'function' && (isThen || MAKING.test(arg.node.getText()))) callCallbacks(machine, [arg], call.node)
  }
  if (call.args.some((arg) => arg.kind === 'router') && !TAKING_APPS.test(callee.module))
    noteUnresolved(machine, `the package ${callee.module} is given the app and may add routes to it`, call.node)
  return appendCall(machine, callee, call)
}

const MAKING = /\bexpress\s*\(|\.listen\s*\(|\b(?:app|router|server)\.use\s*\(/

function callOpaque(machine: Machine, callee: PackageValue, call: Call): Value {
  if (passesRequestOn(call.args)) return guardRequest(machine, callee, call) ?? passRequestOn(machine, call)
  if (makesGuard(callee)) return appendCall(machine, callee, call)
  const name = describePackage(callee)
  if (isIdentityCall(name)) return callIdentity(machine, callee, call)
  const member = memberNames(callee).at(-1) ?? ''
  const built = builtArguments(callee)
  const effect = built ? 'known' : classifyCall(callee.module, member)
  if (effect === 'harmless') return callHarmless(machine, callee, call)
  const isPromise = effect === 'known' && !isSynchronous(callee.module, member)
  if (isPromise && isBuiltOn(call)) return appendCall(machine, callee, { ...call, isBuilding: true })
  const start = clockOf(machine)
  const id = nextEvent(machine)
  const answer: Expression = { kind: 'result', event: id, path: [] }
  const tells = takesNodeCallback(call)
  const mayReject = tells || effect === 'known' || isWaitedFor(call.node) || call.args.some(dependsOnInput)
  const fails = mayReject && decideFailure(machine, rejectionOf(id), call.node)
  if (!mayReject)
    noteUnresolved(machine, 'whether this call into a package that analysis does not know may throw', call.node)
  recordExternal(machine, {
    id,
    effect,
    target: {
      ...{ protocol: 'package', module: callee.module, name },
      arguments: [...(built ?? []), ...call.args].map((arg) => express(arg)),
    },
    outcome: fails ? 'fails' : 'ok',
    node: call.node,
  })
  const error = fails ? packageError(name, callee.module) : null
  if (error && !tells) return failCall(error, { isPromise, node: call.node })
  const value = symbol(answer)
  const failure = tells ? tellCallback(machine, call, { error, value }) : callCallbacks(machine, call.args, call.node)
  // Nobody awaits a call that tells a callback either, unless the callback answers, or a promise is made around both.
  const takesOther = call.args.some((arg) => arg.kind === 'function') && !tells
  if (isPromise && !takesOther) trackAnswer(machine, value, { start, answer: id })
  return failure ?? value
}

/** Who is asking, as a package knows it. */
function callIdentity(machine: Machine, callee: PackageValue, call: Call): Value {
  noteHarmless(machine, callee, call.node)
  if (callee.module.startsWith('better-auth'))
    noteUnresolved(machine, "better-auth reads a session from the project's database, which no event shows", call.node)
  return operation(describePackage(callee))
}

function callHarmless(machine: Machine, callee: PackageValue, call: Call): Value {
  noteHarmless(machine, callee, call.node)
  if (makesClient(callee.module, memberNames(callee).at(-1) ?? '')) return appendCall(machine, callee, call)
  if (mayRefuse(callee.module) && call.args.some(isBrought))
    noteUnresolved(machine, `${callee.module} may refuse what the request brings, which no way shows`, call.node)
  const failure = callCallbacks(machine, call.args, call.node)
  return failure ?? operation(describePackage(callee), ...call.args.filter((arg) => arg.kind !== 'function'))
}

/** Such a call is no event of the trace, but a reader wants to see that it was looked at. */
export function noteHarmless(machine: Machine, callee: PackageValue, node: ts.Node): void {
  const at = locate(machine.root, node)
  const member = memberNames(callee).join('.')
  const use = { package: callee.module, member, at }
  machine.run?.harmless.set(`${callee.module} ${member} ${at.file}:${at.line}`, use)
}

/** The error's class, words and fields are the package's own. */
function packageError(name: string, module: string): Value {
  const error = makeError('Error', operation(`message of ${name}`), [['#module', literal(module)]])
  return error.kind === 'object' ? { ...error, open: true } : error
}

function dependsOnInput(value: Value): boolean {
  return hasPart(express(value), ({ kind }) => kind === 'input')
}

/** The same for what it brings as a file. */
function isBrought(value: Value): boolean {
  return hasPart(
    express(value),
    (part) => part.kind === 'input' || (part.kind === 'operation' && /^request\.files?$/.test(part.name)),
  )
}

/**
 * What a failing call gives: services answer later, so a rejected promise. Of other packages only a call that is awaited,
 * or continued with `.then`, is known to; any other throws.
 */
function failCall(error: Value, { isPromise, node }: { isPromise: boolean; node: ts.Node }): Value {
  if (isPromise || isWaitedFor(node)) return rejected(error)
  throw new Thrown(error)
}

function isWaitedFor(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isParenthesizedExpression(parent)) return isWaitedFor(parent)
  return (
    ts.isAwaitExpression(parent) ||
    (ts.isPropertyAccessExpression(parent) && /^(?:then|catch|finally)$/.test(parent.name.text))
  )
}

export function constructPackage(machine: Machine, callee: PackageValue, args: readonly Value[], node: ts.Node): Value {
  notePackageStart(machine, callee, { args, node, kind: 'new' })
  const name = memberNames(callee).at(-1) ?? callee.module
  if (callee.module === 'http-errors') return httpError(callee, args)
  if (callee.module === 'express') return callExpress(machine, callee, { callee, self: null, args, node }) ?? UNDEFINED
  if (isEmitter(callee)) return createEmitter(machine)
  const container = constructContainer(machine, callee, args) ?? constructResult(callee, args)
  if (container) return container
  if (name === 'AsyncLocalStorage') return symbol({ kind: 'operation', name, operands: [] })
  if (name.endsWith('Error')) return makeError(name, args[0] ?? UNDEFINED)
  return appendCall(machine, callee, { args, node, kind: 'new' })
}

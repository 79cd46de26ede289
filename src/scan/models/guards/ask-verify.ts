import { getMember } from '../../interpret/access.ts'
import { callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { isCertainlyNothing } from '../../interpret/nothing.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  literal,
  native,
  type ObjectValue,
  operation,
  type PackageValue,
  type RequestValue,
  symbol,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { madeWith } from './strategy-names.ts'

/** What a strategy may say of a request: passport/lib/middleware/authenticate.js. */
export interface Actions {
  readonly success: (user: Value, info: Value) => Value
  readonly fail: (challenge: Value, status: number | null) => Value
  readonly error: (error: Value) => Value
  readonly redirect: (url: Value) => Value
  readonly pass: () => Value
}

export interface Attempt {
  /** As the route asks for it. */
  readonly name: string
  readonly request: RequestValue
  /** Where the strategy is made, or else where it is asked. */
  readonly node: ts.Node
  readonly actions: Actions
  readonly options: Value
}

/** Strategies that ask a provider to sign the user in send the browser there. */
const REDIRECTING =
  /google|github|gitlab|facebook|twitter|linkedin|discord|apple|oauth|oidc|openid|saml|azure|auth0|okta/i

/** Whether a strategy finds somebody is open; whom it finds is given to `verify` under the names of its parameters. */
export function enterUnknown(machine: Machine, strategy: PackageValue | null, attempt: Attempt): Value {
  const { name, actions, node } = attempt
  const principal = operation('passport.authenticate', literal(name))
  const what = strategy ? `the passport strategy of ${strategy.module}` : `the passport strategy "${name}"`
  noteUnresolved(machine, `how ${what} finds who is asking is not known`, node)
  if (!decide(machine, principal, node)) {
    const isSentAway = REDIRECTING.test(strategy?.module ?? name)
    return isSentAway ? actions.redirect(operation(`sign-in page of ${name}`)) : actions.fail(UNDEFINED, null)
  }
  const verify = strategy ? verifyOf(strategy) : null
  if (!strategy || verify?.kind !== 'function') return actions.success(principal, UNDEFINED)
  const given = verify.node.parameters.slice(0, -1).map((parameter) => {
    const called = parameter.name.getText()
    return /^req(?:uest)?$/.test(called) ? attempt.request : operation(`${strategy.module} ${called}`, principal)
  })
  return runVerify(machine, { verify, args: given, attempt })
}

/** The token of `Authorization: Bearer ...`, with whatever scheme; the scheme's case does not matter. */
export function schemeToken(machine: Machine, { request, node }: Attempt, scheme: string): Value {
  const header = readInput(machine, { request, path: ['headers', 'authorization'], node })
  return operation(`${scheme} token`, header)
}

/** A member of the request, as the code before may have changed it. */
export function readInput(
  machine: Machine,
  { request, path, node }: { request: RequestValue; path: readonly string[]; node: ts.Node },
): Value {
  let value: Value = request
  // The packages ask whether there is a body, a session, ... first.
  for (const name of path) if (!isCertainlyNothing(value)) value = getMember(machine, value, name, node)
  return value
}

/** An option that the strategy was made with. */
export function optionOf(strategy: PackageValue, name: string): Value | undefined {
  const options = madeWith(strategy).find((arg): arg is ObjectValue => arg.kind === 'object')
  return options?.fields.get(name)
}

export function verifyOf(strategy: PackageValue): Value | null {
  return madeWith(strategy).findLast((arg) => arg.kind === 'function' || arg.kind === 'native') ?? null
}

interface Verifying {
  readonly strategy: PackageValue
  readonly attempt: Attempt
  /** Between the request, where it is asked for, and the callback. */
  readonly given: readonly Value[]
  /** After the callback. */
  readonly last?: readonly Value[]
}

/** Runs the project's own `verify`, and does as its callback says. */
export function askVerify(machine: Machine, { strategy, attempt, given, last = [] }: Verifying): Value {
  const verify = verifyOf(strategy)
  if (!verify) return enterUnknown(machine, null, attempt)
  const option = optionOf(strategy, 'passReqToCallback')
  const takesRequest = option?.kind === 'literal' && Boolean(option.value)
  const args = takesRequest ? [attempt.request, ...given] : given
  return runVerify(machine, { verify, args, attempt, last })
}

export function runVerify(
  machine: Machine,
  {
    verify,
    args,
    attempt,
    last = [],
  }: { verify: Value; args: readonly Value[]; attempt: Attempt; last?: readonly Value[] },
): Value {
  const { actions, node } = attempt
  const done = native('done', ([error, user, info], at) => {
    if (error && decide(machine, error, at, false)) return actions.error(error)
    if (!user || !decide(machine, user, at)) return actions.fail(info ?? UNDEFINED, null)
    return actions.success(user, info ?? UNDEFINED)
  })
  try {
    // Nobody waits for it: a promise that it returns and that fails reaches no one.
    callFunctionLike(machine, { callee: verify, self: null, args: [...args, done, ...last], node })
    return UNDEFINED
  } catch (error) {
    if (error instanceof Thrown) return actions.error(error.value)
    throw error
  }
}

/** `symbol` of an answer of the provider. */
export function answered(event: number, ...path: string[]): Value {
  return symbol({ kind: 'result', event, path })
}

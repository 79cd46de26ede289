import { callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { makeError } from '../../interpret/error-values.ts'
import { decideFailure } from '../../interpret/faults.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { rejectionOf } from '../../interpret/pending.ts'
import { nextEvent, recordExternal } from '../../interpret/trace-events.ts'
import {
  knownString,
  literal,
  native,
  operation,
  type PackageValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import { memberNames, noteHarmless } from '../packages.ts'
import { type Attempt, answered, askVerify, optionOf, readInput, schemeToken } from './ask-verify.ts'

/** passport-jwt/lib/strategy.js: a missing token and one that does not verify fail alike, and `verify` is asked last. */
export function enterJwt(machine: Machine, strategy: PackageValue, attempt: Attempt): Value {
  const token = extract(machine, optionOf(strategy, 'jwtFromRequest'), attempt)
  if (!decide(machine, token, attempt.node)) return attempt.actions.fail(UNDEFINED, null)
  return withSecret(machine, { strategy, token, attempt }, (secret) => {
    noteHarmless(machine, { ...strategy, steps: [{ kind: 'member', name: 'verify' }] }, attempt.node)
    if (!decide(machine, operation('token is valid', token, secret), attempt.node))
      return attempt.actions.fail(UNDEFINED, null)
    return askVerify(machine, { strategy, attempt, given: [operation('jsonwebtoken.verify', token, secret)] })
  })
}

/** The key itself, or what a provider such as that of jwks-rsa finds for the token. */
function withSecret(
  machine: Machine,
  { strategy, token, attempt }: { strategy: PackageValue; token: Value; attempt: Attempt },
  use: (secret: Value) => Value,
): Value {
  const { request, node, actions } = attempt
  const provider = optionOf(strategy, 'secretOrKeyProvider')
  if (!provider) return use(optionOf(strategy, 'secretOrKey') ?? UNDEFINED)
  const done = native('done', ([error, secret], at) =>
    error && decide(machine, error, at, false) ? actions.fail(error, null) : use(secret ?? UNDEFINED),
  )
  if (provider.kind !== 'package') {
    callFunctionLike(machine, { callee: provider, self: null, args: [request, token, done], node })
    return UNDEFINED
  }
  const id = nextEvent(machine)
  const fails = decideFailure(machine, rejectionOf(id), node)
  const name = `${provider.module}.getSigningKey`
  recordExternal(machine, {
    id,
    effect: 'known',
    target: { protocol: 'package', module: provider.module, name, arguments: [] },
    outcome: fails ? 'fails' : 'ok',
    node,
  })
  return fails ? actions.fail(makeError('Error', operation(`message of ${name}`)), null) : use(answered(id))
}

/** Where the token is: passport-jwt/lib/extract_jwt.js, or a function of the project. */
function extract(machine: Machine, extractor: Value | undefined, attempt: Attempt): Value {
  const { request, node } = attempt
  if (extractor?.kind === 'function' || extractor?.kind === 'native')
    return callFunctionLike(machine, { callee: extractor, self: null, args: [request], node })
  const made = extractor?.kind === 'package' ? extractor.steps.at(-1) : undefined
  if (extractor?.kind !== 'package' || made?.kind !== 'call') return unknownToken(machine, attempt)
  const [first] = made.args
  const name = knownString(first)
  const read = (part: string, key: string): Value => readInput(machine, { request, path: [part, key], node })
  switch (memberNames(extractor).at(-1)) {
    case 'fromAuthHeaderAsBearerToken':
      return schemeToken(machine, attempt, 'bearer')
    case 'fromAuthHeaderWithScheme':
      return name === null ? unknownToken(machine, attempt) : schemeToken(machine, attempt, name.toLowerCase())
    case 'fromHeader':
      // Node has the names of headers in lower case, and the package takes the name as it is given.
      if (name !== null && name !== name.toLowerCase()) return UNDEFINED
      return name === null ? unknownToken(machine, attempt) : read('headers', name)
    case 'fromBodyField':
      return name === null ? unknownToken(machine, attempt) : read('body', name)
    case 'fromUrlQueryParameter':
      return name === null ? unknownToken(machine, attempt) : read('query', name)
    case 'fromExtractors':
      return firstOf(machine, first?.kind === 'array' ? first.items : [], attempt)
    default:
      return unknownToken(machine, attempt)
  }
}

function firstOf(machine: Machine, extractors: readonly Value[], attempt: Attempt): Value {
  for (const extractor of extractors) {
    const token = extract(machine, extractor, attempt)
    if (decide(machine, token, attempt.node)) return token
  }
  return literal(null)
}

function unknownToken(machine: Machine, { node }: Attempt): Value {
  noteUnresolved(machine, 'where passport-jwt looks for the token is not known', node)
  return operation('token of passport-jwt')
}

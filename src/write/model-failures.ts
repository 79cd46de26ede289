import { ModelError } from '../errors.ts'
import { toOneLine } from './one-line.ts'

export const INSTEAD = 'The built-in writer needs no model: --model none.'

const AGAIN = 'Run the command again; check the network and proxy.'

/** Who is asked, in the words that messages need. */
export interface Service {
  /** Begins a sentence, e.g. `Anthropic` or `localhost:11434`. */
  readonly name: string
  /** What the user is known by there, e.g. `API key`. */
  readonly credential: string
  /** What to do where that is refused. */
  readonly credentialHint: string
  /** Scheme, host and port; for the command line, its name. */
  readonly address: string
  /** The variable that says the address. */
  readonly addressVariable: string
  readonly model: string
}

/** What was answered instead of a reply. */
export interface Refusal {
  readonly status: number
  /** In the server's words. */
  readonly said: string
  /** How long it asks to wait; NaN when it does not say. */
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

export function failure(message: string, hint: string, cause?: unknown): ModelError {
  return new ModelError(message, { hint, cause })
}

const SHORTEST_PART = 8

/** A server may quote the key that it got, and a long message may be cut within it. */
export function hideSecret(error: ModelError, secret = ''): ModelError {
  for (let length = secret.length; length >= SHORTEST_PART; length -= 1) {
    const part = secret.slice(0, length)
    if (error.message.includes(part)) return failure(error.message.replaceAll(part, '(the key)'), error.hint)
  }
  return error
}

export function explainRefusal(refusal: Refusal, service: Service): ModelError {
  const said = toOneLine(refusal.said)
  const { message, hint } = explainStatus({ ...refusal, said }, service)
  return failure(`${message} (${refusal.status}${said === '' ? '' : `: ${said}`}).`, hint, refusal.cause)
}

function explainStatus(refusal: Refusal, service: Service): { message: string; hint: string } {
  const { status, said } = refusal
  const { name, model, credential, credentialHint, address, addressVariable } = service
  const later = `Try again in a few minutes. ${INSTEAD}`
  if ([400, 413, 422].includes(status) && isTooLong(said)) {
    return { message: `The route's source is too long for ${model}`, hint: `Choose a larger model. ${INSTEAD}` }
  }
  switch (status) {
    case 400:
    case 422:
      return {
        message: `${name} rejected the request`,
        hint: `Check that ${model} takes what is asked of it. ${INSTEAD}`,
      }
    case 401:
      return { message: `${name} refused the ${credential}`, hint: credentialHint }
    case 402:
      return { message: `${name} asks for payment`, hint: `Check the billing of the account. ${INSTEAD}` }
    case 403:
      return { message: `The ${credential} may not use ${model}`, hint: `Use another ${credential} or another model.` }
    case 404:
      return {
        message: `The model "${model}" is not known at ${address}`,
        hint: `Check the model's name and ${addressVariable}.`,
      }
    case 413:
      return { message: "The route's source is too long for one request", hint: INSTEAD }
    case 429:
      return { message: `The rate limit of ${name} is reached`, hint: explainLimit(refusal) }
    case 503:
      return { message: `${name} is not available`, hint: later }
    case 529:
      return { message: `${name} is overloaded`, hint: later }
    default:
      return { message: `${name} could not answer`, hint: later }
  }
}

/** Servers say it in the words of a bad request. */
export function isTooLong(said: string): boolean {
  return /context.{0,10}(?:length|window|size)|(?:prompt|input) is too long|too many (?:input )?tokens/i.test(said)
}

function explainLimit({ said, retryAfterMs = Number.NaN }: Refusal): string {
  if (/quota|billing|credit/i.test(said)) return `Check the billing of the account. ${INSTEAD}`
  const seconds = Math.ceil(retryAfterMs / 1000)
  return `Try again ${seconds > 0 ? `in ${seconds} s` : 'later'}. ${INSTEAD}`
}

/** A mistake of the connection, before any answer. */
export function noConnection(cause: Error, { address }: Service): ModelError {
  const reason = toOneLine(findReason(cause))
  return failure(`No connection to ${address} (${reason}).`, 'Check the network, the proxy and the address.', cause)
}

/** Node hides the reason of a failed connection in a chain of causes. */
function findReason(error: Error): string {
  // Several addresses were tried: their errors, and no message.
  if (error instanceof AggregateError && error.message === '' && error.errors[0] instanceof Error)
    return findReason(error.errors[0])
  return error.cause instanceof Error ? findReason(error.cause) : error.message
}

export function stalled({ address }: Service, idleMs: number, cause: unknown): ModelError {
  return failure(`The model stalled: ${address} sent nothing for ${idleMs / 1000} s.`, `${AGAIN} ${INSTEAD}`, cause)
}

export function brokenOff(said: string, cause?: unknown): ModelError {
  return failure(`The model's reply broke off (${toOneLine(said)}).`, AGAIN, cause)
}

export function stopped(cause: unknown): ModelError {
  return failure('The call to the model was stopped.', 'Run the command again.', cause)
}

export function emptyReply(): ModelError {
  return failure('The model answered with no text.', `Run the command again. ${INSTEAD}`)
}

/** `limit` null: the server's own. */
export function truncated(limit: number | null): ModelError {
  const which = limit === null ? "the server's limit of tokens" : `the limit of ${limit} tokens`
  const message = `The model's reply was cut at ${which}.`
  return failure(message, `Raise it with --max-tokens, or choose a model that answers shorter. ${INSTEAD}`)
}

/** `details`: in the model's or the server's words, if it gave any. */
export function refused({ model }: Service, details: string): ModelError {
  const why = details.trim() === '' ? '' : ` (${toOneLine(details)})`
  return failure(`The model ${model} refused to write these tests${why}.`, `Choose another model. ${INSTEAD}`)
}

export function tooLong({ model }: Service): ModelError {
  return failure(`The route's source is too long for ${model}.`, `Choose a larger model. ${INSTEAD}`)
}

export function unexpectedStop(reason: string | null): ModelError {
  return failure(
    `The model stopped for an unexpected reason: ${reason === null ? 'none given' : toOneLine(reason)}.`,
    `Run the command again. ${INSTEAD}`,
  )
}

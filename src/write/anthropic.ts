import { Console } from 'node:console'
import Anthropic, { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk'
import type { Middleware } from '@anthropic-ai/sdk/client'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { ModelError } from '../errors.ts'
import type { Model, ModelRequest } from './model.ts'
import { toOneLine } from './one-line.ts'
import { capRetryAfter, readRetryAfter, watchSilence } from './response-limits.ts'
import type { ModelUsage } from './types.ts'

export const DEFAULT_ANTHROPIC_MODEL = 'claude-sonnet-5-5'

const DEFAULT_BASE_URL = 'https://api.anthropic.com'
const DEFAULT_MAX_TOKENS = 16_000
const DEFAULT_IDLE_MS = 60_000
const DEFAULT_MAX_RETRY_AFTER_MS = 30_000
const INSTEAD = 'The built-in writer needs no model: --model none.'

export interface AnthropicOptions {
  readonly apiKey: string | undefined
  readonly baseUrl?: string | undefined
  readonly model?: string | undefined
  /** Limit of the reply, thinking included. */
  readonly maxTokens?: number | undefined
  /** How long the server may stay silent, before its answer begins and within it. */
  readonly idleMs?: number | undefined
  /** A server that asks to wait longer than this is not waited for. */
  readonly maxRetryAfterMs?: number | undefined
}

type Settings = ReturnType<typeof settle>

/**
 * A model behind the Anthropic Messages API: streamed, with structured output. The SDK repeats a refused connection,
 * 408, 409, 429 and 5xx twice; a reply that breaks off is not asked for again. Throws `ModelError`, here for a
 * missing key or a wrong address, later for everything that a call can meet.
 */
export function anthropicModel(options: AnthropicOptions): Model {
  const settings = settle(options)
  return async (request) => {
    const watchdog = watchSilence(settings.idleMs)
    const signal = AbortSignal.any(request.signal ? [watchdog.signal, request.signal] : [watchdog.signal])
    try {
      const message = await receive(settings, request, { signal, middleware: [watchdog.layer] })
      return { text: readText(message, settings), usage: readUsage(message) }
    } catch (cause) {
      if (cause instanceof ModelError) throw cause
      if (request.signal?.aborted) throw failure('The call to the model was stopped.', 'Run the command again.', cause)
      if (watchdog.signal.aborted) throw stalled(settings, cause)
      throw explain(cause, settings)
    } finally {
      watchdog.stop()
    }
  }
}

function settle(options: AnthropicOptions) {
  const apiKey = options.apiKey?.trim() ?? ''
  const baseUrl = options.baseUrl ?? DEFAULT_BASE_URL
  if (apiKey === '') {
    throw failure('There is no API key for Anthropic.', `Set ANTHROPIC_API_KEY. ${INSTEAD}`)
  }
  // Not left to `fetch`: its error quotes the header, and with it the key.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw failure('The API key for Anthropic has a space or a character that no key has.', 'Copy the key again.')
  }
  if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl)) {
    throw failure(`Expected an http(s) address of the Anthropic API, found "${baseUrl}".`, 'Check ANTHROPIC_BASE_URL.')
  }
  const { origin, username, password } = new URL(baseUrl)
  if (username !== '' || password !== '') {
    throw failure('Expected an address of the Anthropic API with no password in it.', 'Check ANTHROPIC_BASE_URL.')
  }
  return {
    apiKey,
    baseUrl,
    origin,
    model: options.model ?? DEFAULT_ANTHROPIC_MODEL,
    maxTokens: options.maxTokens ?? DEFAULT_MAX_TOKENS,
    idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
    maxRetryAfterMs: options.maxRetryAfterMs ?? DEFAULT_MAX_RETRY_AFTER_MS,
  }
}

async function receive(
  settings: Settings,
  request: ModelRequest,
  watch: { signal: AbortSignal; middleware: Middleware[] },
): Promise<Anthropic.Message> {
  const client = new Anthropic({
    apiKey: settings.apiKey,
    baseURL: settings.baseUrl,
    // The SDK's timeout ends with the headers; the watchdog takes over from there.
    timeout: settings.idleMs,
    middleware: [capRetryAfter(settings.maxRetryAfterMs)],
    openTelemetry: false,
    // The SDK's own logger writes to stdout, prompt included, and would break --json.
    logger: new Console({ stdout: process.stderr, stderr: process.stderr }),
  })
  // Without the helper's parser: it throws away stop reason and usage when a reply is cut.
  const { type, schema } = zodOutputFormat(request.schema)
  const stream = client.messages.stream(
    {
      model: settings.model,
      max_tokens: Math.min(settings.maxTokens, request.maxTokens ?? settings.maxTokens),
      system: [{ type: 'text', text: request.system, cache_control: { type: 'ephemeral' } }],
      messages: request.messages.map(({ role, text }) => ({ role, content: text })),
      output_config: { format: { type, schema } },
    },
    watch,
  )
  stream.on('text', (_, all) => request.onProgress?.(all.length))
  return await stream.finalMessage()
}

function readText(message: Anthropic.Message, settings: Settings): string {
  const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('')
  switch (message.stop_reason) {
    case 'end_turn':
      if (text !== '') return text
      throw failure('The model answered with no text.', `Run the command again. ${INSTEAD}`)
    case 'max_tokens':
      throw failure(
        `The model's reply was cut at the limit of ${settings.maxTokens} tokens (maxTokens).`,
        `Raise the limit, or choose a model that answers shorter. ${INSTEAD}`,
      )
    case 'refusal': {
      const details = [message.stop_details?.category, message.stop_details?.explanation].filter(Boolean).join(': ')
      throw failure(
        `The model ${settings.model} refused to write these tests${details ? ` (${toOneLine(details)})` : ''}.`,
        `Choose another model. ${INSTEAD}`,
      )
    }
    case 'model_context_window_exceeded':
      throw failure(`The route's source is too long for ${settings.model}.`, `Choose a larger model. ${INSTEAD}`)
    default:
      throw failure(
        `The model stopped for an unexpected reason: ${message.stop_reason ?? 'none given'}.`,
        `Run the command again. ${INSTEAD}`,
      )
  }
}

function readUsage({ model, usage }: Anthropic.Message): ModelUsage {
  return {
    model,
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
    costUsd: null,
  }
}

function explain(cause: unknown, settings: Settings): ModelError {
  if (cause instanceof APIConnectionTimeoutError) return stalled(settings, cause)
  if (cause instanceof APIConnectionError) {
    const message = `No connection to ${settings.origin} (${findReason(cause)}).`
    return failure(message, 'Check the network, the proxy and the address.', cause)
  }
  const said = toOneLine(cause instanceof APIError ? (cause.apiMessage ?? cause.message) : String(cause))
  const status = cause instanceof APIError ? readStatus(cause) : undefined
  if (status === undefined) {
    return failure(
      `The model's reply broke off (${said}).`,
      'Run the command again; check the network and proxy.',
      cause,
    )
  }
  if (status === 429 && cause instanceof APIError) {
    const seconds = Math.ceil(readRetryAfter(cause.headers ?? new Headers()) / 1000)
    const when = seconds > 0 ? `in ${seconds} s` : 'later'
    return failure(`Anthropic's rate limit is reached (429: ${said}).`, `Try again ${when}. ${INSTEAD}`, cause)
  }
  const { message, hint } = explainStatus(status, settings)
  return failure(`${message} (${status}: ${said}).`, hint, cause)
}

/** An error event inside a stream has only a type, the answer itself was a 200. */
function readStatus(error: APIError): number | undefined {
  if (error.type === 'rate_limit_error') return 429
  if (error.type === 'overloaded_error') return 529
  return error.status
}

function explainStatus(status: number, { model, origin }: Settings): { message: string; hint: string } {
  switch (status) {
    case 400:
      return { message: 'Anthropic rejected the request', hint: `Check that ${model} supports structured output.` }
    case 401:
      return { message: 'Anthropic refused the API key', hint: 'Check ANTHROPIC_API_KEY.' }
    case 402:
      return { message: 'Anthropic asks for payment', hint: `Check the billing of the account. ${INSTEAD}` }
    case 403:
      return { message: `The API key may not use ${model}`, hint: 'Use another key or another model.' }
    case 404:
      return { message: `The model "${model}" is not known at ${origin}`, hint: "Check the model's name." }
    case 413:
      return { message: "The route's source is too long for one request", hint: INSTEAD }
    case 529:
      return { message: 'Anthropic is overloaded', hint: `Try again in a few minutes. ${INSTEAD}` }
    default:
      return { message: 'Anthropic could not answer', hint: `Try again in a few minutes. ${INSTEAD}` }
  }
}

function stalled({ idleMs, origin }: Settings, cause: unknown): ModelError {
  return failure(
    `The model stalled: ${origin} sent nothing for ${idleMs / 1000} s.`,
    `Run the command again; check the network and proxy. ${INSTEAD}`,
    cause,
  )
}

/** Node hides the reason of a failed connection in a chain of causes. */
function findReason(error: Error): string {
  return error.cause instanceof Error ? findReason(error.cause) : error.message
}

function failure(message: string, hint: string, cause?: unknown): ModelError {
  return new ModelError(message, { hint, cause })
}

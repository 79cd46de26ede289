import { Console } from 'node:console'
import Anthropic, { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import type { ModelError } from '../errors.ts'
import { checkAddress, checkKey } from './check-access.ts'
import type { ModelReply, ModelRequest } from './model.ts'
import type { Effort } from './model-choice.ts'
import { ANTHROPIC_BASE_URL, DEFAULT_ANTHROPIC_MODEL } from './model-defaults.ts'
import {
  brokenOff,
  emptyReply,
  explainRefusal,
  failure,
  INSTEAD,
  noConnection,
  refused,
  stalled,
  tooLong,
  truncated,
  unexpectedStop,
} from './model-failures.ts'
import { capRetryAfter, readRetryAfter } from './response-limits.ts'
import type { ModelUsage } from './types.ts'

const NAMED_KEY = { name: 'Anthropic', variable: 'ANTHROPIC_API_KEY' }
const NAMED_ADDRESS = { name: 'the Anthropic API', variable: 'ANTHROPIC_BASE_URL' }
const DEFAULT_MAX_TOKENS = 16_000
const DEFAULT_IDLE_MS = 60_000
const DEFAULT_MAX_RETRY_AFTER_MS = 30_000

export interface AnthropicOptions {
  readonly apiKey: string | undefined
  readonly baseUrl?: string | undefined
  readonly model?: string | undefined
  /** Undefined: what the model does by itself. */
  readonly effort?: Effort | undefined
  /** Limit of the reply, thinking included. */
  readonly maxTokens?: number | undefined
  /** How long the server may stay silent, before its answer begins and within it. */
  readonly idleMs?: number | undefined
  /** A server that asks to wait longer than this is not waited for. */
  readonly maxRetryAfterMs?: number | undefined
}

export type Settings = ReturnType<typeof settle>

/** @throws ModelError for a missing key or a wrong address */
export function settle(options: AnthropicOptions) {
  const apiKey = options.apiKey?.trim() ?? ''
  const baseUrl = options.baseUrl ?? ANTHROPIC_BASE_URL
  const model = options.model ?? DEFAULT_ANTHROPIC_MODEL
  if (apiKey === '') throw failure('There is no API key for Anthropic.', `Set ANTHROPIC_API_KEY. ${INSTEAD}`)
  checkKey(apiKey, NAMED_KEY)
  const { origin } = checkAddress(baseUrl, NAMED_ADDRESS)
  return {
    apiKey,
    baseUrl,
    model,
    effort: options.effort,
    maxTokens: options.maxTokens ?? DEFAULT_MAX_TOKENS,
    idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
    maxRetryAfterMs: options.maxRetryAfterMs ?? DEFAULT_MAX_RETRY_AFTER_MS,
    service: {
      name: 'Anthropic',
      credential: 'API key',
      credentialHint: 'Check ANTHROPIC_API_KEY.',
      address: origin,
      addressVariable: 'ANTHROPIC_BASE_URL',
      model,
    },
  }
}

export function makeClient(settings: Settings): Anthropic {
  return new Anthropic({
    apiKey: settings.apiKey,
    baseURL: settings.baseUrl,
    // The SDK's timeout ends with the headers; whoever streams takes over from there.
    timeout: settings.idleMs,
    middleware: [capRetryAfter(settings.maxRetryAfterMs)],
    openTelemetry: false,
    // The SDK's own logger writes to stdout, prompt included, and would break --json.
    logger: new Console({ stdout: process.stderr, stderr: process.stderr }),
  })
}

export function makeBody(settings: Settings, request: ModelRequest) {
  // Without the helper's parser: it throws away stop reason and usage when a reply is cut.
  const { type, schema } = zodOutputFormat(request.schema)
  return {
    model: settings.model,
    max_tokens: Math.min(settings.maxTokens, request.maxTokens ?? settings.maxTokens),
    system: [{ type: 'text' as const, text: request.system, cache_control: { type: 'ephemeral' as const } }],
    messages: request.messages.map(({ role, text }) => ({ role, content: text })),
    output_config: { format: { type, schema }, ...(settings.effort ? { effort: settings.effort } : {}) },
  }
}

/** @throws ModelError for a message that is no whole answer */
export function readReply(message: Anthropic.Message, settings: Settings): ModelReply {
  return { text: readText(message, settings), usage: readUsage(message) }
}

function readText(message: Anthropic.Message, { service, maxTokens }: Settings): string {
  const text = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('')
  const { stop_reason: reason, stop_details: details } = message
  if (reason === 'end_turn' && text !== '') return text
  switch (reason) {
    case 'end_turn':
      throw emptyReply()
    case 'max_tokens':
      throw truncated(maxTokens)
    case 'refusal':
      throw refused(service, [details?.category, details?.explanation].filter(Boolean).join(': '))
    case 'model_context_window_exceeded':
      throw tooLong(service)
    default:
      throw unexpectedStop(reason)
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

/** What went wrong, in words. */
export function explain(cause: unknown, { service, idleMs }: Settings): ModelError {
  if (cause instanceof APIConnectionTimeoutError) return stalled(service, idleMs, cause)
  if (cause instanceof APIConnectionError) return noConnection(cause, service)
  if (!(cause instanceof APIError)) return brokenOff(String(cause), cause)
  const said = cause.apiMessage ?? cause.message
  const status = readStatus(cause)
  if (status === undefined) return brokenOff(said, cause)
  const retryAfterMs = readRetryAfter(cause.headers ?? new Headers())
  return explainRefusal({ status, said, retryAfterMs, cause }, service)
}

/** An error event inside a stream has only a type, the answer itself was a 200. */
function readStatus(error: APIError): number | undefined {
  if (error.type === 'rate_limit_error') return 429
  if (error.type === 'overloaded_error') return 529
  return error.status
}

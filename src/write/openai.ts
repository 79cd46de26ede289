import type { ModelError } from '../errors.ts'
import { bareJson } from './bare-json.ts'
import { callWatched } from './call-watched.ts'
import { checkAddress, checkKey } from './check-access.ts'
import { toJsonSchema } from './json-schema.ts'
import type { Model, ModelReply, ModelRequest } from './model.ts'
import type { Effort } from './model-choice.ts'
import { OPENAI_BASE_URL } from './model-defaults.ts'
import {
  brokenOff,
  emptyReply,
  explainRefusal,
  failure,
  INSTEAD,
  isTooLong,
  noConnection,
  refused,
  truncated,
  unexpectedStop,
} from './model-failures.ts'
import { type Completion, readCompletion } from './read-completion.ts'
import { type Sending, sendWithRepeats } from './send-with-repeats.ts'

const NAMED_KEY = { name: 'OpenAI', variable: 'OPENAI_API_KEY' }
const NAMED_ADDRESS = { name: 'an OpenAI-compatible API', variable: 'OPENAI_BASE_URL' }
// A local model reads a long prompt for minutes before its first word; after five, Node's own fetch gives up.
const DEFAULT_IDLE_MS = 240_000
const DEFAULT_MAX_RETRY_AFTER_MS = 30_000

export interface OpenAiOptions {
  /** Servers at other addresses than OpenAI's may need none. */
  readonly apiKey?: string | undefined
  readonly baseUrl?: string | undefined
  readonly model: string
  /** Undefined: what the model does by itself. */
  readonly effort?: Effort | undefined
  /** Limit of the reply; undefined: the server's own, since one that exceeds a small model's window is refused. */
  readonly maxTokens?: number | undefined
  /** How long the server may stay silent, before its answer begins and within it. */
  readonly idleMs?: number | undefined
  /** A server that asks to wait longer than this is not waited for. */
  readonly maxRetryAfterMs?: number | undefined
}

/** How the server is asked for JSON, best first: each holds for more servers than the one before. */
const FORMATS = ['json_schema', 'json_object', 'none'] as const

type Format = (typeof FORMATS)[number]
type Settings = ReturnType<typeof settle>

/**
 * A model behind a chat completions API: OpenAI's own, or that of Ollama, vLLM, LM Studio or a gateway. Streamed, over
 * plain `fetch`. A refused connection, 408, 409, 429 and 5xx are repeated twice; a reply that breaks off is not asked
 * for again. Throws `ModelError`, as `anthropicModel` does.
 */
export function openAiModel(options: OpenAiOptions): Model {
  const settings = settle(options)
  // What the server takes is asked only once.
  let known: Format = 'json_schema'
  return (request) =>
    callWatched(request, { ...settings, explain: (cause) => explain(cause, settings) }, async (watch) => {
      const sending = { ...settings, ...watch }
      const { response, format } = await ask(request, sending, known)
      known = format
      const completion = await readCompletion(response, { service: settings.service, onProgress: request.onProgress })
      return readReply(completion, settings)
    })
}

function settle(options: OpenAiOptions) {
  const { model, effort, maxTokens, baseUrl = OPENAI_BASE_URL } = options
  const apiKey = options.apiKey?.trim() ?? ''
  const url = checkAddress(baseUrl, NAMED_ADDRESS)
  const isOpenAi = url.host === new URL(OPENAI_BASE_URL).host
  if (apiKey !== '') checkKey(apiKey, NAMED_KEY)
  if (apiKey === '' && isOpenAi) throw failure('There is no API key for OpenAI.', `Set OPENAI_API_KEY. ${INSTEAD}`)
  const address = url.origin
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`
  const name = isOpenAi ? 'OpenAI' : url.host
  const credentialHint = `${apiKey === '' ? 'Set' : 'Check'} OPENAI_API_KEY.`
  return {
    apiKey,
    url,
    isOpenAi,
    headers: { 'content-type': 'application/json', ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }) },
    model,
    effort,
    maxTokens: maxTokens ?? null,
    idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
    maxRetryAfterMs: options.maxRetryAfterMs ?? DEFAULT_MAX_RETRY_AFTER_MS,
    service: { name, credential: 'API key', credentialHint, address, addressVariable: 'OPENAI_BASE_URL', model },
  }
}

async function ask(
  request: ModelRequest,
  sending: Settings & Sending,
  format: Format,
): Promise<{ response: Response; format: Format }> {
  const answer = await sendWithRepeats(buildBody(request, sending, format), sending)
  if (answer.status === 'answered') return { response: answer.response, format }
  const { status, said } = answer.refusal
  const next = FORMATS[FORMATS.indexOf(format) + 1]
  // Each server says in words of its own that it does not know a format, so any other bad request gets these turns, too.
  if (next && [400, 422].includes(status) && !isTooLong(said)) return ask(request, sending, next)
  throw explainRefusal(answer.refusal, sending.service)
}

function buildBody(request: ModelRequest, settings: Settings, format: Format): object {
  const { model, effort, isOpenAi } = settings
  const maxTokens = request.maxTokens ?? settings.maxTokens
  const schema = toJsonSchema(request.schema)
  // Only the first format tells the model what to answer with.
  const shape = `Answer with one JSON object of this JSON schema and nothing else: ${JSON.stringify(schema)}`
  const system = format === 'json_schema' ? request.system : `${request.system}\n\n${shape}`
  const formats = {
    json_schema: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema } },
    json_object: { type: 'json_object' },
    none: null,
  } satisfies Record<Format, object | null>
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: 'system', content: system },
      ...request.messages.map(({ role, text }) => ({ role, content: text })),
    ],
    ...(formats[format] ? { response_format: formats[format] } : {}),
    ...(effort ? { reasoning_effort: effort } : {}),
    // OpenAI has given up the name that all others know.
    ...(maxTokens === null ? {} : { [isOpenAi ? 'max_completion_tokens' : 'max_tokens']: maxTokens }),
  }
}

function readReply({ text, refusal, finish, usage }: Completion, { service, maxTokens }: Settings): ModelReply {
  if (refusal !== '') throw refused(service, refusal)
  switch (finish) {
    case 'stop': {
      const json = bareJson(text)
      if (json === '') throw emptyReply()
      return { text: json, usage }
    }
    case 'length':
      throw truncated(maxTokens)
    case 'content_filter':
      throw refused(service, 'content filter')
    default:
      throw unexpectedStop(finish)
  }
}

/** `fetch` rejects with a TypeError both before an answer and within it; only the first has a connection to blame. */
function explain(cause: unknown, { service }: Settings): ModelError {
  if (!(cause instanceof Error)) return brokenOff(String(cause), cause)
  return cause.message === 'fetch failed' ? noConnection(cause, service) : brokenOff(cause.message, cause)
}

import { anthropicModel } from '../../src/write/anthropic.ts'
import { claudeCliModel } from '../../src/write/claude-cli.ts'
import type { Model } from '../../src/write/model.ts'
import { openAiModel } from '../../src/write/openai.ts'
import type { ModelUsage } from '../../src/write/types.ts'
import { type ChatReply, startFakeChatApi } from './fake-chat-api.ts'
import { type ClaudeReply, makeFakeClaude } from './fake-claude.ts'
import { type ApiReply, startFakeMessagesApi } from './fake-messages-api.ts'

export const GOOD = JSON.stringify({ cases: [{ pathId: 'happy', title: 'answers 201', code: 'await 1' }], left: [] })

/** What happens to one request, whoever gets it. */
export type Step =
  /** A whole reply; without `text`, a good one. */
  | { kind: 'reply'; text?: string }
  /** Ends at the limit of tokens. */
  | { kind: 'cut' }
  | { kind: 'refusal'; why: string }
  | { kind: 'error'; status: number; headers?: Record<string, string> }
  | { kind: 'page'; text: string; status?: number; contentType?: string }
  | { kind: 'breaks'; text: string; how: 'fin' | 'reset' | 'silence' | 'error-event' }
  | { kind: 'silence' }
  | { kind: 'slow'; pings: number; everyMs: number }

/** One backend at the other end of which a script answers. */
export interface Opened {
  readonly model: Model
  /** The texts of each request so far, as they arrived. */
  asked(): string[]
  /** Settles when the first request's connection, or process, is gone. */
  gone(): Promise<void>
  /** As it stands in messages. */
  readonly address: string
  close(): Promise<void>
}

export interface Limits {
  /** Of silence. */
  readonly idleMs?: number
  readonly maxTokens?: number
}

export interface Bench {
  readonly backend: string
  readonly name: string
  readonly credential: string
  readonly keyHint: RegExp
  readonly usage: ModelUsage
  /** Whether it is over HTTP that we speak ourselves. */
  readonly isHttp: boolean
  open(script: readonly Step[], limits?: Limits): Promise<Opened>
}

export const MODEL = 'claude-sonnet-5-5'

const messages: Bench = {
  backend: 'anthropic',
  name: 'Anthropic',
  credential: 'API key',
  keyHint: /^Check ANTHROPIC_API_KEY\.$/,
  usage: { ...count(12, 34), cacheReadTokens: 0, cacheWriteTokens: 1500, model: MODEL, costUsd: null },
  isHttp: true,
  open: async (script, limits = {}) => {
    const api = await startFakeMessagesApi(script.map(toMessages))
    return {
      model: anthropicModel({ apiKey: 'sk-test', baseUrl: api.url, model: MODEL, ...limits }),
      asked: () => api.seen.map(({ body }) => body.messages.map(({ content }) => String(content)).join('|')),
      gone: async () => api.seen[0]?.closed,
      address: api.url,
      close: api.close,
    }
  },
}

const chat: Bench = {
  backend: 'openai',
  name: '127.0.0.1',
  credential: 'API key',
  keyHint: /^Check OPENAI_API_KEY\.$/,
  usage: { ...count(12, 34), cacheReadTokens: 1500, cacheWriteTokens: null, model: 'm-2026', costUsd: null },
  isHttp: true,
  open: async (script, limits = {}) => {
    const api = await startFakeChatApi(script.map(toChat))
    return {
      model: openAiModel({ apiKey: 'sk-test', baseUrl: `${api.url}/v1`, model: MODEL, ...limits }),
      asked: () =>
        api.seen.map(({ body }) =>
          body.messages.flatMap((one) => (one.role === 'system' ? [] : [one.content])).join('|'),
        ),
      gone: async () => api.seen[0]?.closed,
      address: api.url,
      close: api.close,
    }
  },
}

const commandLine: Bench = {
  backend: 'claude',
  name: 'Anthropic',
  credential: 'login of Claude Code',
  keyHint: /^Start `claude` and log in/,
  usage: { ...count(12, 34), cacheReadTokens: 0, cacheWriteTokens: 1500, model: MODEL, costUsd: 0.0125 },
  isHttp: false,
  open: async (script, { maxTokens } = {}) => {
    const fake = makeFakeClaude(script.map(toClaude))
    const environment = { PATH: fake.folder }
    return {
      model: claudeCliModel({ environment, model: MODEL, maxTokens }),
      asked: () => fake.seen().map(({ stdin }) => stdin),
      gone: async () => untilGone(fake.seen()[0]?.pid),
      address: 'Claude Code',
      close: async () => fake.remove(),
    }
  },
}

export const BENCHES = [messages, chat, commandLine]

function count(inputTokens: number, outputTokens: number) {
  return { inputTokens, outputTokens }
}

export function toMessages(step: Step): ApiReply {
  switch (step.kind) {
    case 'reply':
      return { kind: 'message', text: step.text ?? GOOD }
    case 'cut':
      return { kind: 'message', text: GOOD.slice(0, 40), stop: 'max_tokens' }
    case 'refusal':
      return { kind: 'message', text: '', stop: 'refusal', stopDetails: { type: 'refusal', explanation: step.why } }
    case 'error':
      return { ...step, type: TYPES[step.status] ?? 'api_error', message: `because ${step.status}` }
    case 'page':
      return { kind: 'raw', status: step.status ?? 200, contentType: step.contentType ?? 'text/html', body: step.text }
    case 'slow':
      return { ...step, text: GOOD }
    default:
      return step
  }
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

function toChat(step: Step): ChatReply {
  switch (step.kind) {
    case 'reply':
      return { kind: 'message', text: step.text ?? GOOD }
    case 'cut':
      return { kind: 'message', text: GOOD.slice(0, 40), finish: 'length' }
    case 'refusal':
      return { kind: 'message', text: '', refusal: step.why }
    case 'error':
      return { ...step, message: `because ${step.status}` }
    case 'page':
      return { kind: 'raw', status: step.status ?? 200, contentType: step.contentType ?? 'text/html', body: step.text }
    case 'slow':
      return { ...step, text: GOOD }
    default:
      return step
  }
}

/** What the command line makes of the same; it repeats by itself, so an error is one that stayed. */
function toClaude(step: Step): ClaudeReply {
  switch (step.kind) {
    case 'reply':
      if (step.text === '') return { kind: 'result', result: { result: '' } }
      return { kind: 'result', result: { structured_output: JSON.parse(step.text ?? GOOD) } }
    case 'cut':
      return failedCall({ api_error: 'max_output_tokens', result: 'API Error: it exceeded the maximum.' })
    case 'refusal':
      return failedCall({ stop_reason: 'refusal', result: step.why })
    case 'error':
      return failedCall({ api_error_status: step.status, result: `because ${step.status}` })
    case 'page':
      return { kind: 'raw', stdout: step.text }
    case 'breaks':
      return step.how === 'silence' ? { kind: 'silence' } : { kind: 'raw', stdout: '', stderr: 'killed', exitCode: 9 }
    default:
      return { kind: 'silence' }
  }
}

function failedCall(result: object): ClaudeReply {
  return { kind: 'result', result: { is_error: true, stop_reason: 'stop_sequence', modelUsage: {}, ...result } }
}

async function untilGone(pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error('it was never called')
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

import type { ModelRequest } from '../../src/write/model.ts'
import { type Bench, GOOD, type Limits, MODEL, type Step } from './model-benches.ts'

const INSTEAD = 'The built-in writer needs no model: --model none.'
const LATER = `Try again in a few minutes. ${INSTEAD}`
const AGAIN = 'Run the command again; check the network and proxy.'

export interface Words extends Bench {
  /** As messages name the server. */
  readonly server: string
  readonly address: string
}

export interface Scenario {
  readonly what: string
  readonly script: readonly Step[]
  readonly limits?: Limits
  readonly request?: Partial<ModelRequest>
  /** Backends for which it makes no sense. */
  readonly not?: readonly string[]
  /** A whole reply, or the error's message and hint. */
  readonly ends: 'well' | ((words: Words) => { message: string | RegExp; hint: string | RegExp })
  /** How many requests arrive; 1 if left out. For who repeats by itself always 1. */
  readonly asked?: number | ((bench: Bench) => number)
}

const SOON = { 'retry-after-ms': '1' }
export const error = (status: number, headers: Record<string, string> = SOON): Step => ({
  kind: 'error',
  status,
  headers,
})
const thrice = (step: Step): Step[] => [step, step, step]
// The command line waits by itself, and has no connection of ours.
const HTTP_ONLY = ['claude']

/** What every backend must make of the same events. */
export const SCENARIOS: readonly Scenario[] = [
  { what: 'success', script: [{ kind: 'reply' }], ends: 'well' },
  {
    what: 'several turns',
    script: [{ kind: 'reply' }],
    request: {
      messages: [
        { role: 'user', text: 'the route' },
        { role: 'assistant', text: GOOD },
        { role: 'user', text: 'what failed' },
      ],
    },
    ends: 'well',
  },
  {
    what: '400',
    script: thrice(error(400)),
    ends: ({ server }) => ({ message: `${server} rejected the request (400: because 400).`, hint: /^Check that/ }),
    // A server that may not know the format is asked in three ways.
    asked: ({ backend }) => (backend === 'openai' ? 3 : 1),
  },
  {
    what: '401',
    script: [error(401)],
    ends: ({ server, credential, keyHint }) => ({
      message: `${server} refused the ${credential} (401: because 401).`,
      hint: keyHint,
    }),
  },
  {
    what: '402',
    script: [error(402)],
    ends: ({ server }) => ({ message: `${server} asks for payment (402: because 402).`, hint: /billing/ }),
  },
  {
    what: '403',
    script: [error(403)],
    ends: ({ credential }) => ({
      message: `The ${credential} may not use ${MODEL} (403: because 403).`,
      hint: `Use another ${credential} or another model.`,
    }),
  },
  {
    what: '404, for a model',
    script: [error(404)],
    ends: ({ address }) => ({
      message: `The model "${MODEL}" is not known at ${address} (404: because 404).`,
      hint: /^Check the model's name and /,
    }),
  },
  {
    what: '413',
    script: [error(413)],
    ends: () => ({ message: "The route's source is too long for one request (413: because 413).", hint: INSTEAD }),
  },
  {
    what: '429 that stays',
    script: thrice(error(429)),
    ends: ({ server }) => ({
      message: `The rate limit of ${server} is reached (429: because 429).`,
      hint: /^Try again (?:later|in 1 s)\./,
    }),
    asked: 3,
  },
  {
    what: '429 that asks to wait an hour',
    script: [error(429, { 'retry-after': '3600' })],
    not: HTTP_ONLY,
    ends: ({ server }) => ({
      message: `The rate limit of ${server} is reached (429: because 429).`,
      hint: `Try again in 3600 s. ${INSTEAD}`,
    }),
  },
  { what: '429, then success', script: [error(429), { kind: 'reply' }], not: HTTP_ONLY, ends: 'well', asked: 2 },
  { what: '529, then success', script: [error(529), { kind: 'reply' }], not: HTTP_ONLY, ends: 'well', asked: 2 },
  {
    what: '500 that stays',
    script: thrice(error(500)),
    ends: ({ server }) => ({ message: `${server} could not answer (500: because 500).`, hint: LATER }),
    asked: 3,
  },
  {
    what: '503 that stays',
    script: thrice(error(503)),
    ends: ({ server }) => ({ message: `${server} is not available (503: because 503).`, hint: LATER }),
    asked: 3,
  },
  {
    what: '529 that stays',
    script: thrice(error(529)),
    ends: ({ server }) => ({ message: `${server} is overloaded (529: because 529).`, hint: LATER }),
    asked: 3,
  },
  {
    what: 'an error page of a proxy, which is one line of bounded length',
    script: [{ kind: 'page', status: 418, text: '<p>\u001b[31m\n'.repeat(200) }],
    not: HTTP_ONLY,
    ends: ({ server }) => ({
      message: new RegExp(`^${server.replaceAll('.', '\\.')} could not answer \\(418: [^\\p{Cc}]{1,200}\\)\\.$`, 'u'),
      hint: LATER,
    }),
  },
  {
    what: 'a login page',
    script: [{ kind: 'page', text: '<html>please log in</html>' }],
    ends: () => ({ message: /^The model's reply broke off \(/, hint: AGAIN }),
  },
  {
    what: 'malformed JSON around the reply',
    script: [{ kind: 'page', contentType: 'text/event-stream', text: 'event: message_start\ndata: {oops\n\n' }],
    ends: () => ({ message: /^The model's reply broke off \(/, hint: AGAIN }),
  },
  {
    what: 'truncation',
    script: [{ kind: 'cut' }],
    limits: { maxTokens: 123 },
    ends: () => ({
      message: "The model's reply was cut at the limit of 123 tokens.",
      hint: `Raise it with --max-tokens, or choose a model that answers shorter. ${INSTEAD}`,
    }),
  },
  {
    what: 'a refusal',
    script: [{ kind: 'refusal', why: 'looks like an\nexploit' }],
    ends: () => ({
      message: `The model ${MODEL} refused to write these tests (looks like an exploit).`,
      hint: `Choose another model. ${INSTEAD}`,
    }),
  },
  {
    what: 'an empty reply',
    script: [{ kind: 'reply', text: '' }],
    ends: () => ({ message: 'The model answered with no text.', hint: `Run the command again. ${INSTEAD}` }),
  },
  {
    what: 'a stall in the reply',
    script: [{ kind: 'breaks', text: GOOD.slice(0, 40), how: 'silence' }],
    limits: { idleMs: 200 },
    not: HTTP_ONLY,
    ends: ({ address }) => ({
      message: `The model stalled: ${address} sent nothing for 0.2 s.`,
      hint: `${AGAIN} ${INSTEAD}`,
    }),
  },
  {
    what: 'no answer ever',
    script: thrice({ kind: 'silence' }),
    limits: { idleMs: 100 },
    not: HTTP_ONLY,
    ends: ({ address }) => ({
      message: `The model stalled: ${address} sent nothing for 0.1 s.`,
      hint: /check the network/,
    }),
    // The SDK takes it for a connection that broke; we may have been charged already.
    asked: ({ backend }) => (backend === 'anthropic' ? 3 : 1),
  },
  {
    what: 'a cut in the stream, even after complete JSON',
    script: [{ kind: 'breaks', text: GOOD, how: 'fin' }],
    ends: () => ({ message: /^The model's reply broke off \(/, hint: AGAIN }),
  },
  {
    what: 'a reset in the stream',
    script: [{ kind: 'breaks', text: GOOD, how: 'reset' }],
    not: HTTP_ONLY,
    ends: () => ({ message: /^The model's reply broke off \(/, hint: AGAIN }),
  },
  {
    what: 'an overload in the stream',
    script: [{ kind: 'breaks', text: GOOD.slice(0, 40), how: 'error-event' }],
    not: HTTP_ONLY,
    ends: ({ server }) => ({ message: `${server} is overloaded (529: Overloaded).`, hint: LATER }),
  },
  {
    what: 'a slow drip',
    script: [{ kind: 'slow', pings: 16, everyMs: 50 }],
    limits: { idleMs: 600 },
    not: HTTP_ONLY,
    ends: 'well',
  },
]

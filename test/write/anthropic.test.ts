import { createServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ModelError } from '../../src/errors.ts'
import { type AnthropicOptions, anthropicModel, DEFAULT_ANTHROPIC_MODEL } from '../../src/write/anthropic.ts'
import { DraftReply } from '../../src/write/draft-schema.ts'
import type { ModelRequest } from '../../src/write/model.ts'
import { type ApiReply, type FakeMessagesApi, startFakeMessagesApi } from '../support/fake-messages-api.ts'

const GOOD = JSON.stringify({ cases: [{ pathId: 'happy', title: 'answers 201', code: 'await 1' }], left: [] })

const running: FakeMessagesApi[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.close()))
  vi.unstubAllEnvs()
})

async function serve(...script: ApiReply[]) {
  const api = await startFakeMessagesApi(script)
  running.push(api)
  const ask = (request: Partial<ModelRequest> = {}, options: Partial<AnthropicOptions> = {}) =>
    anthropicModel({ apiKey: 'sk-test', baseUrl: api.url, ...options })({
      system: 'the rules',
      messages: [{ role: 'user', text: 'the route' }],
      schema: DraftReply,
      ...request,
    })
  return { api, ask }
}

async function failureOf(reply: Promise<unknown>) {
  const error = await reply.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ModelError)) throw new Error(`expected a ModelError, found ${error}`)
  return { message: error.message, hint: error.hint }
}

describe('a whole reply', () => {
  it('is returned as text with the tokens it cost', async () => {
    const { ask } = await serve({ kind: 'message', text: GOOD, usage: { cache_read_input_tokens: 900 } })
    expect(await ask()).toEqual({
      text: GOOD,
      usage: {
        model: DEFAULT_ANTHROPIC_MODEL,
        inputTokens: 12,
        outputTokens: 34,
        cacheReadTokens: 900,
        cacheWriteTokens: 1500,
        costUsd: null,
      },
    })
  })

  it('was asked for by a stream with a schema, the key, and one cache mark at the end of the system part', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-from-the-environment')
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'token-from-the-environment')
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:9')
    const { api, ask } = await serve({ kind: 'message', text: GOOD })
    await ask({}, { model: 'claude-opus-5-5', maxTokens: 5000 })
    const [request] = api.seen
    expect(request?.headers.authorization).toBe('Bearer sk-test')
    expect(request?.body).toMatchObject({
      model: 'claude-opus-5-5',
      max_tokens: 5000,
      stream: true,
      system: [{ text: 'the rules', cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: 'the route' }],
      output_config: { format: { type: 'json_schema', schema: { required: ['cases', 'left'] } } },
    })
    expect(JSON.stringify(request?.body).split('cache_control')).toHaveLength(2)
  })

  it('tells its progress in characters', async () => {
    const { ask } = await serve({ kind: 'message', text: GOOD })
    const lengths: number[] = []
    await ask({ onProgress: (characters) => lengths.push(characters) })
    expect(lengths.at(-1)).toBe(GOOD.length)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  })

  it('is not cut by the watchdog while a silent server sends pings', async () => {
    const { ask } = await serve({ kind: 'slow', text: GOOD, pings: 16, everyMs: 100 })
    expect((await ask({}, { idleMs: 1200 })).text).toBe(GOOD)
  })

  it('leaves stdout alone even with the debug log of the SDK', async () => {
    vi.stubEnv('ANTHROPIC_LOG', 'debug')
    const out = vi.spyOn(process.stdout, 'write')
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      const { ask } = await serve({ kind: 'message', text: GOOD })
      await ask()
      expect(out.mock.calls).toEqual([])
      expect(err.mock.calls.length).toBeGreaterThan(0)
    } finally {
      out.mockRestore()
      err.mockRestore()
    }
  })
})

describe('a request that can not be sent', () => {
  it.each([
    ['no key', { apiKey: undefined }, 'There is no API key for Anthropic.', /ANTHROPIC_API_KEY/],
    ['an empty key', { apiKey: ' \n' }, 'There is no API key for Anthropic.', /ANTHROPIC_API_KEY/],
    ['a broken key', { apiKey: 'sk-a\nb' }, /a character that no key has/, /Copy the key/],
    ['a wrong address', { apiKey: 'sk-a', baseUrl: 'localhost:80' }, /found "localhost:80"/, /ANTHROPIC_BASE_URL/],
    [
      'a password in the address',
      { apiKey: 'sk-a', baseUrl: 'http://u:sk-a@host' },
      /no password/,
      /ANTHROPIC_BASE_URL/,
    ],
  ])('%s is said at once', async (_, options, message, hint) => {
    const failure = await failureOf(Promise.resolve().then(() => anthropicModel(options)))
    expect(failure.message).toMatch(message)
    expect(failure.hint).toMatch(hint)
    expect(failure.message).not.toContain('sk-a')
  })

  it('says why there is no connection', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const address = closed.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await new Promise((resolve) => closed.close(resolve))
    const { ask } = await serve()
    const failure = await failureOf(ask({}, { baseUrl: `http://127.0.0.1:${port}/gateway` }))
    expect(failure.message).toBe(`No connection to http://127.0.0.1:${port} (connect ECONNREFUSED 127.0.0.1:${port}).`)
  }, 20_000)
})

describe('an error of the API', () => {
  const soon = { 'retry-after-ms': '1' }
  const error = (status: number, type: string, headers: Record<string, string> = {}): ApiReply => ({
    kind: 'error',
    status,
    type,
    message: `because ${status}`,
    headers,
  })

  it.each([
    [400, 'invalid_request_error', 'Anthropic rejected the request (400: because 400).', /structured output/],
    [401, 'authentication_error', 'Anthropic refused the API key (401: because 401).', /ANTHROPIC_API_KEY/],
    [402, 'billing_error', 'Anthropic asks for payment (402: because 402).', /billing/],
    [403, 'permission_error', 'The API key may not use claude-sonnet-5-5 (403: because 403).', /another key/],
    [413, 'request_too_large', "The route's source is too long for one request (413: because 413).", /--model none/],
  ])('%i is named and not repeated', async (status, type, message, hint) => {
    const { api, ask } = await serve(error(status, type))
    const failure = await failureOf(ask())
    expect(failure.message).toBe(message)
    expect(failure.hint).toMatch(hint)
    expect(api.seen).toHaveLength(1)
  })

  it('404 names the model and the place', async () => {
    const { api, ask } = await serve(error(404, 'not_found_error'))
    const failure = await failureOf(ask({}, { model: 'claude-sonnet-55' }))
    expect(failure.message).toBe(`The model "claude-sonnet-55" is not known at ${api.url} (404: because 404).`)
  })

  it.each([
    [500, 'api_error', 'Anthropic could not answer (500: because 500).'],
    [529, 'overloaded_error', 'Anthropic is overloaded (529: because 529).'],
    [429, 'rate_limit_error', "Anthropic's rate limit is reached (429: because 429)."],
  ])('%i is repeated twice, then named', async (status, type, message) => {
    const { api, ask } = await serve(...Array.from({ length: 3 }, () => error(status, type, soon)))
    expect((await failureOf(ask())).message).toBe(message)
    expect(api.seen).toHaveLength(3)
  })

  it('529 once does not matter', async () => {
    const { ask } = await serve(error(529, 'overloaded_error', soon), { kind: 'message', text: GOOD })
    expect((await ask()).text).toBe(GOOD)
  })

  it('429 that asks to wait an hour is not waited for', async () => {
    const { api, ask } = await serve(error(429, 'rate_limit_error', { 'retry-after': '3600' }))
    expect((await failureOf(ask())).hint).toBe('Try again in 3600 s. The built-in writer needs no model: --model none.')
    expect(api.seen).toHaveLength(1)
  })

  it('an error page of a proxy is one line of bounded length', async () => {
    const page = { kind: 'raw', status: 418, contentType: 'text/html', body: '<p>\u001b[31m\n'.repeat(200) } as const
    const { ask } = await serve(page)
    const { message } = await failureOf(ask())
    expect(message).toMatch(/^Anthropic could not answer \(418: /)
    expect(message).not.toMatch(/\p{Cc}/u)
    expect(message.length).toBeLessThan(260)
  })
})

describe('a reply that is no reply', () => {
  it('cut at the token limit', async () => {
    const { ask } = await serve({ kind: 'message', text: GOOD.slice(0, 40), stop: 'max_tokens' })
    const failure = await failureOf(ask({}, { maxTokens: 123 }))
    expect(failure.message).toBe("The model's reply was cut at the limit of 123 tokens (maxTokens).")
  })

  it('refused, with and without text', async () => {
    const stopDetails = { type: 'refusal', category: 'cyber', explanation: 'looks like an exploit' }
    const { ask } = await serve(
      { kind: 'message', text: '', stop: 'refusal', stopDetails },
      { kind: 'message', text: GOOD, stop: 'refusal' },
    )
    expect((await failureOf(ask())).message).toBe(
      'The model claude-sonnet-5-5 refused to write these tests (cyber: looks like an exploit).',
    )
    expect((await failureOf(ask())).message).toBe('The model claude-sonnet-5-5 refused to write these tests.')
  })

  it.each([
    ['model_context_window_exceeded', /too long for claude-sonnet-5-5/],
    ['pause_turn', /unexpected reason: pause_turn/],
    ['a_reason_of_the_future', /unexpected reason: a_reason_of_the_future/],
  ])('stopped by %s', async (stop, message) => {
    const { ask } = await serve({ kind: 'message', text: GOOD, stop })
    expect((await failureOf(ask())).message).toMatch(message)
  })

  it('empty', async () => {
    const { ask } = await serve({ kind: 'message', text: '' })
    expect((await failureOf(ask())).message).toBe('The model answered with no text.')
  })

  it.each(['fin', 'reset'] as const)('broken off by %s, even after complete JSON', async (how) => {
    const { api, ask } = await serve({ kind: 'breaks', text: GOOD, how })
    expect((await failureOf(ask())).message).toMatch(/^The model's reply broke off \(/)
    expect(api.seen).toHaveLength(1)
  })

  it('overloaded in the middle', async () => {
    const { ask } = await serve({ kind: 'breaks', text: GOOD.slice(0, 40), how: 'error-event' })
    expect((await failureOf(ask())).message).toMatch(/^Anthropic is overloaded \(529: /)
  })

  it.each([
    ['a login page', { kind: 'raw', contentType: 'text/html', body: '<html>please log in</html>' }],
    ['a message that is not streamed', { kind: 'raw', contentType: 'application/json', body: '{"type":"message"}' }],
    ['garbage', { kind: 'raw', contentType: 'text/event-stream', body: 'event: message_start\ndata: {oops\n\n' }],
  ] as const)('%s instead of a stream', async (_, reply) => {
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      const { ask } = await serve(reply)
      expect((await failureOf(ask())).message).toMatch(/^The model's reply broke off \(/)
    } finally {
      err.mockRestore()
    }
  })
})

describe('waiting', () => {
  it('ends when a stream falls silent', async () => {
    const { api, ask } = await serve({ kind: 'breaks', text: GOOD.slice(0, 40), how: 'silence' })
    const failure = await failureOf(ask({}, { idleMs: 200 }))
    expect(failure.message).toBe(`The model stalled: ${api.url} sent nothing for 0.2 s.`)
    await api.seen[0]?.closed
  })

  it('ends when nothing is ever answered', async () => {
    const { ask } = await serve({ kind: 'silence' }, { kind: 'silence' }, { kind: 'silence' })
    expect((await failureOf(ask({}, { idleMs: 100 }))).message).toMatch(/^The model stalled: /)
  }, 20_000)

  it('ends with the signal, and closes the connection', async () => {
    const { api, ask } = await serve({ kind: 'breaks', text: GOOD.slice(0, 40), how: 'silence' })
    const interrupt = new AbortController()
    const failure = await failureOf(ask({ signal: interrupt.signal, onProgress: () => interrupt.abort() }))
    expect(failure.message).toBe('The call to the model was stopped.')
    await api.seen[0]?.closed
  })

  it('ends with the signal while the SDK waits to repeat', async () => {
    const { api, ask } = await serve({
      kind: 'error',
      status: 429,
      type: 'rate_limit_error',
      headers: { 'retry-after': '25' },
    })
    const interrupt = new AbortController()
    const failure = failureOf(ask({ signal: interrupt.signal }))
    await vi.waitFor(() => expect(api.seen).toHaveLength(1))
    await api.seen[0]?.closed
    interrupt.abort()
    expect((await failure).message).toBe('The call to the model was stopped.')
  })

  it('does not begin when the signal is already aborted', async () => {
    const { api, ask } = await serve({ kind: 'message', text: GOOD })
    const failure = await failureOf(ask({ signal: AbortSignal.abort() }))
    expect(failure.message).toBe('The call to the model was stopped.')
    expect(api.seen).toEqual([])
  })
})

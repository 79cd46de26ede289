import { afterEach, describe, expect, it, vi } from 'vitest'
import { ModelError } from '../../src/errors.ts'
import { anthropicModel } from '../../src/write/anthropic.ts'
import type { AnthropicOptions } from '../../src/write/anthropic-client.ts'
import { DraftReply } from '../../src/write/draft-schema.ts'
import { type ApiReply, type FakeMessagesApi, startFakeMessagesApi } from '../support/fake-messages-api.ts'
import { GOOD } from '../support/model-benches.ts'

// What holds for all backends is in backends.test.ts.

const running: FakeMessagesApi[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.close()))
  vi.unstubAllEnvs()
})

async function serve(...script: ApiReply[]) {
  const api = await startFakeMessagesApi(script)
  running.push(api)
  const ask = (options: Partial<AnthropicOptions> = {}) =>
    anthropicModel({ apiKey: 'sk-test', baseUrl: api.url, ...options })({
      system: 'the rules',
      messages: [{ role: 'user', text: 'the route' }],
      schema: DraftReply,
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
  it('says what came from the cache', async () => {
    const { ask } = await serve({ kind: 'message', text: GOOD, usage: { cache_read_input_tokens: 900 } })
    expect((await ask()).usage).toMatchObject({ inputTokens: 12, cacheReadTokens: 900, cacheWriteTokens: 1500 })
  })

  it('was asked for by a stream with a schema, the key, and one cache mark at the end of the system part', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-from-the-environment')
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'token-from-the-environment')
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:9')
    const { api, ask } = await serve({ kind: 'message', text: GOOD })
    await ask({ model: 'claude-opus-5-5', maxTokens: 5000, effort: 'max' })
    const [request] = api.seen
    expect(request?.headers.authorization).toBe('Bearer sk-test')
    expect(request?.body).toMatchObject({
      model: 'claude-opus-5-5',
      max_tokens: 5000,
      stream: true,
      system: [{ text: 'the rules', cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: 'the route' }],
      output_config: { effort: 'max', format: { type: 'json_schema', schema: { required: ['cases', 'left'] } } },
    })
    expect(JSON.stringify(request?.body).split('cache_control')).toHaveLength(2)
  })

  it('is asked for without an effort when there is none', async () => {
    const { api, ask } = await serve({ kind: 'message', text: GOOD })
    await ask()
    expect(Object.keys(api.seen[0]?.body.output_config ?? {})).toEqual(['format'])
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
})

describe('a reply that is no reply', () => {
  it('refused, even with text', async () => {
    const { ask } = await serve({ kind: 'message', text: GOOD, stop: 'refusal' })
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

  it('a message that is not streamed', async () => {
    const { ask } = await serve({ kind: 'raw', contentType: 'application/json', body: '{"type":"message"}' })
    expect((await failureOf(ask())).message).toMatch(/^The model's reply broke off \(/)
  })
})

it('a route that is too long is said to be so, though the API calls it a bad request', async () => {
  const message = 'prompt is too long: 210000 tokens > 200000 maximum'
  const { ask } = await serve({ kind: 'error', status: 400, type: 'invalid_request_error', message })
  expect(await failureOf(ask())).toEqual({
    message: `The route's source is too long for claude-sonnet-5-5 (400: ${message}).`,
    hint: 'Choose a larger model. The built-in writer needs no model: --model none.',
  })
})

it('a key that the server quotes is not shown', async () => {
  const message = 'invalid key: sk-quoted'
  const { ask } = await serve({ kind: 'error', status: 401, type: 'authentication_error', message })
  expect((await failureOf(ask({ apiKey: 'sk-quoted' }))).message).toBe(
    'Anthropic refused the API key (401: invalid key: (the key)).',
  )
})

import { afterEach, describe, expect, it } from 'vitest'
import { ModelError } from '../../src/errors.ts'
import { DraftReply } from '../../src/write/draft-schema.ts'
import { type OpenAiOptions, openAiModel } from '../../src/write/openai.ts'
import { type ChatReply, type FakeChatApi, startFakeChatApi } from '../support/fake-chat-api.ts'
import { GOOD } from '../support/model-benches.ts'

// What holds for all backends is in backends.test.ts.

const REQUEST = { system: 'the rules', messages: [{ role: 'user', text: 'the route' }], schema: DraftReply } as const

const running: FakeChatApi[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.close()))
})

async function serve(script: readonly ChatReply[], options: Partial<OpenAiOptions> = {}) {
  const api = await startFakeChatApi(script)
  running.push(api)
  const model = openAiModel({ baseUrl: `${api.url}/v1/`, model: 'qwen3:8b', ...options })
  return { api, ask: () => model(REQUEST) }
}

async function failureOf(reply: Promise<unknown>) {
  const error = await reply.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ModelError)) throw new Error(`expected a ModelError, found ${error}`)
  return { message: error.message, hint: error.hint }
}

describe('a request', () => {
  it('is a stream with a strict schema, and no more than was asked for', async () => {
    const { api, ask } = await serve([{ kind: 'message', text: GOOD }])
    await ask()
    const [request] = api.seen
    expect(request?.path).toBe('/v1/chat/completions')
    expect(request?.headers.authorization).toBeUndefined()
    expect(request?.body).toEqual({
      model: 'qwen3:8b',
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'the rules' },
        { role: 'user', content: 'the route' },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'reply',
          strict: true,
          schema: expect.objectContaining({
            type: 'object',
            required: ['cases', 'left'],
            additionalProperties: false,
          }),
        },
      },
    })
    expect(JSON.stringify(request?.body)).not.toContain('$schema')
  })

  it('has the key, the effort and the limit when there are', async () => {
    const options = { apiKey: 'sk-test', effort: 'high', maxTokens: 900 } as const
    const { api, ask } = await serve([{ kind: 'message', text: GOOD }], options)
    await ask()
    expect(api.seen[0]?.headers.authorization).toBe('Bearer sk-test')
    expect(api.seen[0]?.body).toMatchObject({ reasoning_effort: 'high', max_tokens: 900 })
  })

  it('keeps what stands behind the ? of the address', async () => {
    const api = await startFakeChatApi([{ kind: 'message', text: GOOD }])
    running.push(api)
    await openAiModel({ baseUrl: `${api.url}/gateway?version=2`, model: 'm' })(REQUEST)
    expect(api.seen[0]?.path).toBe('/gateway/chat/completions?version=2')
  })

  it.each([
    [{}, 'There is no API key for OpenAI.', /^Set OPENAI_API_KEY/],
    [{ apiKey: 'sk-a\nb' }, /a character that no key has/, /into OPENAI_API_KEY/],
    [{ baseUrl: 'localhost:11434' }, /found "localhost:11434"/, /OPENAI_BASE_URL/],
    [{ baseUrl: 'http://u:sk-a@host/v1' }, /with no password in it/, /OPENAI_BASE_URL/],
  ])('is not sent with %j', async (options, message, hint) => {
    const failure = await failureOf(Promise.resolve().then(() => openAiModel({ model: 'm', ...options })))
    expect(failure.message).toMatch(message)
    expect(failure.hint).toMatch(hint)
    expect(failure.message).not.toContain('sk-a')
  })

  it('without a key says which variable would hold it', async () => {
    const { ask } = await serve([{ kind: 'error', status: 401, message: 'who are you' }])
    expect((await failureOf(ask())).hint).toBe('Set OPENAI_API_KEY.')
  })
})

describe('a server that does not take a schema', () => {
  const refusal: ChatReply = { kind: 'error', status: 400, message: "'response_format' is not supported" }

  it('is asked for any JSON, then without a format, and not for what it refused again', async () => {
    const { api, ask } = await serve([
      refusal,
      refusal,
      { kind: 'message', text: `Sure:\n\n\`\`\`json\n${GOOD}\n\`\`\`\n` },
      { kind: 'message', text: GOOD },
    ])
    expect((await ask()).text).toBe(GOOD)
    expect((await ask()).text).toBe(GOOD)
    const formats = api.seen.map(({ body }) => body.response_format?.type ?? 'none')
    expect(formats).toEqual(['json_schema', 'json_object', 'none', 'none'])
  })

  it('is told the schema in words', async () => {
    const { api, ask } = await serve([refusal, { kind: 'message', text: GOOD }])
    await ask()
    const [system] = api.seen[1]?.body.messages ?? []
    expect(system?.content).toMatch(/^the rules\n\nAnswer with one JSON object of this JSON schema .*"pathId"/s)
  })

  it('is not asked in other ways when the prompt is too long', async () => {
    const message = "This model's maximum context length is 8192 tokens."
    const { api, ask } = await serve([{ kind: 'error', status: 400, message }])
    expect((await failureOf(ask())).message).toBe(`The route's source is too long for qwen3:8b (400: ${message}).`)
    expect(api.seen).toHaveLength(1)
  })
})

describe('a reply', () => {
  it('of a server that does not count has unknown tokens', async () => {
    const { ask } = await serve([{ kind: 'message', text: GOOD, usage: null }])
    expect((await ask()).usage).toEqual({
      model: 'm-2026',
      inputTokens: null,
      outputTokens: null,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      costUsd: null,
    })
  })

  it('with a count that makes no sense has unknown tokens, too', async () => {
    const { ask } = await serve([{ kind: 'message', text: GOOD, usage: { prompt_tokens: -1, completion_tokens: 3 } }])
    expect((await ask()).usage).toMatchObject({ inputTokens: null, outputTokens: null })
  })

  it('may come whole from a server that does not stream', async () => {
    const { ask } = await serve([{ kind: 'message', text: GOOD, streams: false }])
    expect(await ask()).toMatchObject({ text: GOOD, usage: { outputTokens: 34 } })
  })

  it('is whole letters, however the bytes are cut', async () => {
    const text = JSON.stringify({ cases: [], left: [{ pathId: 'happy', reason: 'größer → 日本 😀'.repeat(9) }] })
    const { ask } = await serve([{ kind: 'message', text }])
    expect((await ask()).text).toBe(text)
  })

  it.each([
    ['content_filter', /refused to write these tests \(content filter\)/],
    ['tool_calls', /unexpected reason: tool_calls/],
  ])('that ends with %s is none', async (finish, message) => {
    const { ask } = await serve([{ kind: 'message', text: GOOD, finish }])
    expect((await failureOf(ask())).message).toMatch(message)
  })

  it('cut at a limit that nobody set says so', async () => {
    const { ask } = await serve([{ kind: 'message', text: GOOD.slice(0, 9), finish: 'length' }])
    expect((await failureOf(ask())).message).toBe("The model's reply was cut at the server's limit of tokens.")
  })

  it.each([
    ['an error without a code', 'data: {"error":"out of memory"}\n\n', 'out of memory'],
    [
      'an end without a reason',
      'data: {"choices":[{"delta":{"content":"{}"}}]}\n\ndata: [DONE]\n\n',
      'it ended without',
    ],
  ])('with %s broke off', async (_, body, says) => {
    const { ask } = await serve([{ kind: 'raw', contentType: 'text/event-stream', body }])
    expect((await failureOf(ask())).message).toContain(`The model's reply broke off (${says}`)
  })
})

it('an account without money is not told to wait', async () => {
  const error: ChatReply = {
    kind: 'error',
    status: 429,
    message: 'You exceeded your current quota',
    headers: { 'retry-after-ms': '1' },
  }
  const { ask } = await serve([error, error, error])
  expect((await failureOf(ask())).hint).toMatch(/^Check the billing of the account\./)
})

it('a key that the server quotes is not shown, even where the message is cut', async () => {
  const apiKey = `sk-${'k'.repeat(300)}`
  const error: ChatReply = { kind: 'error', status: 401, message: `Incorrect API key provided: ${apiKey}` }
  const { ask } = await serve([error], { apiKey })
  const { message } = await failureOf(ask())
  expect(message).toMatch(/\(401: Incorrect API key provided: \(the key\)…\)\.$/)
})

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ModelError, UserError } from '../../src/errors.ts'
import { DraftReply } from '../../src/write/draft-schema.ts'
import type { ModelRequest } from '../../src/write/model.ts'
import { openPurse } from '../../src/write/purse.ts'
import { openReplyCache } from '../../src/write/reply-cache.ts'
import { openTill } from '../../src/write/till.ts'

const SONNET = 'claude-sonnet-5-5'

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'itest-till-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const request = (text: string): ModelRequest => ({
  system: 'the rules',
  messages: [{ role: 'user', text }],
  schema: DraftReply,
})

/** Answers each request with its number. */
function setUp({
  folder = makeFolder(),
  maxUsd = null as number | null,
  model = SONNET,
  isFresh = false,
  outputTokens = 1000,
} = {}) {
  const asked: ModelRequest[] = []
  const till = openTill({
    ask: async (one) => {
      asked.push(one)
      const usage = { model, inputTokens: 500, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: null }
      return { text: `reply ${asked.length}`, usage }
    },
    model,
    purse: openPurse(maxUsd),
    cache: openReplyCache(`anthropic ${model}`, folder),
    isFresh,
  })
  return { till, asked, folder }
}

describe('a reply', () => {
  it('is paid once for the same request, when it could be read', async () => {
    const { till, asked, folder } = setUp()
    const first = await till.ask(request('a'))
    first.accept()
    const second = setUp({ folder })
    expect((await second.till.ask(request('a'))).text).toBe('reply 1')
    expect(second.asked).toEqual([])
    expect(second.till.account()).toEqual({ model: SONNET, requests: 0, cached: 1, usage: null, costUsd: 0 })
    expect(asked).toHaveLength(1)
  })

  it('that could not be read is not kept', async () => {
    const { till, folder } = setUp()
    await till.ask(request('a'))
    expect(readdirSync(folder)).toEqual([])
  })

  it('that can not be read after all is paid for the next time', async () => {
    const { till, folder } = setUp()
    const first = await till.ask(request('a'))
    first.accept()
    const second = setUp({ folder })
    const known = await second.till.ask(request('a'))
    known.reject()
    expect((await second.till.ask(request('a'))).text).toBe('reply 1')
    expect(second.asked).toHaveLength(1)
  })

  it('is paid again for another request, another model, and on demand', async () => {
    const { till, asked, folder } = setUp()
    for (const text of ['a', 'b']) (await till.ask(request(text))).accept()
    expect(asked).toHaveLength(2)
    const other = setUp({ folder, model: 'claude-opus-5-5' })
    const fresh = setUp({ folder, isFresh: true })
    for (const one of [other, fresh]) await one.till.ask(request('a'))
    expect([other.asked.length, fresh.asked.length]).toEqual([1, 1])
  })

  it("is nobody else's to read", async () => {
    const { till, folder } = setUp()
    const { accept } = await till.ask(request('a'))
    accept()
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)
    expect(modes).toEqual([0o600])
  })
})

describe('the account', () => {
  it('adds up tokens and what they cost', async () => {
    const { till } = setUp()
    for (const text of ['a', 'b']) await till.ask(request(text))
    expect(till.account()).toEqual({
      model: SONNET,
      requests: 2,
      cached: 0,
      usage: { inputTokens: 1000, outputTokens: 2000, cacheReadTokens: 0, cacheWriteTokens: 0 },
      costUsd: 0.022,
    })
  })

  it('does not guess the price of a model that it does not know', async () => {
    const { till } = setUp({ model: 'llama-9' })
    await till.ask(request('a'))
    expect(till.account().costUsd).toBeNull()
  })
})

describe('a limit of what may be spent', () => {
  it('makes replies short enough, and then ends it', async () => {
    const { till, asked } = setUp({ maxUsd: 0.015 })
    await till.ask(request('a'))
    expect(asked[0]?.maxTokens).toBeGreaterThan(1400)
    expect(asked[0]?.maxTokens).toBeLessThanOrEqual(1500)
    await expect(till.ask(request('b'))).rejects.toThrow(ModelError)
    await expect(till.ask(request('b'))).rejects.toThrow(
      '--max-cost 0.015: about $0.0110 is spent, and the next request alone may cost $0.0000.',
    )
    expect(asked).toHaveLength(1)
  })

  it('is shared by all who spend', async () => {
    const purse = openPurse(0.015)
    purse.spend(0.0149)
    expect(() => purse.limitReply(SONNET, 100)).toThrow('--max-cost 0.015')
  })

  it('is refused where no price is known', async () => {
    const { till, asked } = setUp({ model: 'llama-9', maxUsd: 1 })
    await expect(till.ask(request('a'))).rejects.toThrow(UserError)
    expect(asked).toEqual([])
  })
})

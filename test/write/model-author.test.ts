import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/errors.ts'
import { openRedactor } from '../../src/redact/open-redactor.ts'
import type { ModelRequest } from '../../src/write/model.ts'
import { modelAuthor } from '../../src/write/model-author.ts'
import { openPurse } from '../../src/write/purse.ts'
import { openTill } from '../../src/write/till.ts'
import { openPath, plan, plannedPath } from '../support/plan-factory.ts'

const source = { kind: 'policy', text: 'a rule', at: null } as const
const PLAN = plan({
  paths: [
    plannedPath({ id: 'happy', expects: [{ observable: 'status', request: 0, equals: 201, source }] }),
    openPath({ id: 'not-found' }),
  ],
})
const ACT = "const res = await request(app).post('/orders').send(order)\n"
const one = (pathId: string, code: string) => ({ pathId, title: 'does so', code })
const HAPPY = one('happy', `${ACT}expect(res.status).toBe(201)`)
const LOST = one('not-found', `${ACT}expect(res.status).toBe(404)`)
const NO_CACHE = { keyOf: () => '', find: () => null, keep: () => {}, drop: () => {} }
const USAGE = { model: 'm', inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: null }

/** A model that gives these replies in turn. */
function setUp(replies: readonly (object | string)[], attempts = 3) {
  const asked: ModelRequest[] = []
  const author = modelAuthor({
    writer: 'anthropic',
    till: openTill({
      ask: async (request) => {
        const reply = replies[asked.length]
        asked.push(request)
        return { text: typeof reply === 'string' ? reply : JSON.stringify(reply), usage: USAGE }
      },
      model: 'm',
      purse: openPurse(null),
      cache: NO_CACHE,
      isFresh: false,
    }),
    plan: PLAN,
    prompt: {
      system: 'the rules',
      user: 'the route',
      size: { tokens: 1, budget: 2, cut: [] },
      redactor: openRedactor({
        environment: [{ name: 'PASSWORD', forms: ['Hunter2-Hunter2-Hunter2'] }],
        planned: [],
        project: '',
      }),
    },
    repairTemplate: 'Write anew:\n\n{{cases}}',
    attempts,
  })
  return { author, asked }
}

const listMessages = ({ messages }: ModelRequest) => messages.map(({ role, text }) => [role, text])

describe('a model that is asked again', () => {
  it('is told what is wrong, word for word, behind all that was said before', async () => {
    const better = one('not-found', `${ACT}\nexpect(res.status).toBe(404)\nexpect(res.body).toEqual({})`)
    const first = { cases: [HAPPY, LOST], left: [] }
    const { author, asked } = setUp([first, { cases: [better], left: [] }])
    const draft = await author.write()
    const says = ['it is broken (type): no such name', 'Error: Hunter2-Hunter2-Hunter2\n  at: expect(x)']
    const repaired = await author.repair(draft, [{ pathId: 'not-found', code: LOST.code, says }])

    expect(repaired).toEqual({ draft: { writer: 'anthropic', cases: [HAPPY, better], left: [] }, refused: [] })
    expect(asked.map(listMessages)).toEqual([
      [['user', 'the route']],
      [
        ['user', 'the route'],
        ['assistant', JSON.stringify(first)],
        [
          'user',
          `Write anew:\n\n### not-found\n\`\`\`ts\n${LOST.code}\n\`\`\`\nWhat is wrong:\n- it is broken (type): no such name\n- Error: <redacted:env-password-1>\n    at: expect(x)`,
        ],
      ],
    ])
  })

  it('can change nothing but what it was asked for', async () => {
    const other = one('happy', `${ACT}expect(res.status).toBe(500)`)
    const { author } = setUp([
      { cases: [HAPPY, LOST], left: [] },
      { cases: [other, LOST], left: [] },
    ])
    const draft = await author.write()
    const repaired = await author.repair(draft, [{ pathId: 'not-found', code: LOST.code, says: ['x'] }])
    expect(repaired?.draft.cases).toEqual([HAPPY, LOST])
  })

  it('may not assert less than before', async () => {
    const { author } = setUp([
      { cases: [HAPPY, LOST], left: [] },
      { cases: [one('happy', `${ACT}expect(res.status).toBe(200)`)], left: [] },
    ])
    const repaired = await author.repair(await author.write(), [{ pathId: 'happy', code: HAPPY.code, says: ['x'] }])
    expect(repaired?.draft.cases).toEqual([HAPPY, LOST])
    expect(repaired?.refused).toEqual([
      {
        kind: 'loosened',
        pathId: 'happy',
        message:
          'a repair was refused: it no longer asserts 201 on the status; a repair must assert all that the test asserted',
        line: null,
      },
    ])
  })

  it('may say that it can not write it', async () => {
    const left = [{ pathId: 'not-found', reason: 'no id is known' }]
    const { author } = setUp([
      { cases: [HAPPY, LOST], left: [] },
      { cases: [], left },
    ])
    const repaired = await author.repair(await author.write(), [{ pathId: 'not-found', code: null, says: ['x'] }])
    expect(repaired?.draft).toEqual({ writer: 'anthropic', cases: [HAPPY], left })
  })

  it('is asked no more often than it may be', async () => {
    const { author, asked } = setUp([{ cases: [HAPPY], left: [] }], 1)
    const draft = await author.write()
    expect(await author.repair(draft, [{ pathId: 'happy', code: '', says: ['x'] }])).toBeNull()
    expect(asked).toHaveLength(1)
  })
})

describe('a reply that is not what was agreed', () => {
  it('is told so, and takes an attempt', async () => {
    const { author, asked } = setUp(['Sure! Here are', { cases: [HAPPY], left: [] }])
    expect((await author.write()).cases).toEqual([HAPPY])
    expect(asked[1]?.messages.at(-1)).toEqual({
      role: 'user',
      text: 'The model\'s reply is not JSON. It begins with: "Sure! Here are" Answer again, with all of that JSON and nothing else.',
    })
  })

  it('ends it with the last attempt', async () => {
    const { author, asked } = setUp(['{"cases": 1}', '{"cases": 2}', '{"cases": 3}'])
    await expect(author.write()).rejects.toThrow(ModelError)
    expect(asked).toHaveLength(3)
  })
})

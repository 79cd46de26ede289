import { expect, it } from 'vitest'
import { anthropicModel } from '../../src/write/anthropic.ts'
import { writeWithModel } from '../../src/write/model.ts'
import { startFakeMessagesApi } from '../support/fake-messages-api.ts'
import { plan, plannedPath } from '../support/plan-factory.ts'

it('turns a plan and a prompt into a draft, through the real client', async () => {
  const written = { pathId: 'happy', title: 'answers 201', code: 'const a = 1' }
  const api = await startFakeMessagesApi([{ kind: 'message', text: JSON.stringify({ cases: [written], left: [] }) }])
  try {
    const draft = await writeWithModel({
      model: anthropicModel({ apiKey: 'sk-test', baseUrl: api.url }),
      writer: 'anthropic',
      plan: plan({ paths: [plannedPath({ id: 'happy' })] }),
      prompt: { system: 'the rules', user: 'the route' },
    })
    expect(draft).toMatchObject({ writer: 'anthropic', cases: [written], left: [], usage: { outputTokens: 34 } })
    expect(api.seen.map((request) => request.body.messages)).toEqual([[{ role: 'user', content: 'the route' }]])
  } finally {
    await api.close()
  }
})

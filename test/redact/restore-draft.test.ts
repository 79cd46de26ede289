import { expect, it } from 'vitest'
import { openRedactor } from '../../src/redact/open-redactor.ts'
import { restoreDraft } from '../../src/redact/restore-draft.ts'

it('leaves the case that needs a secret which the plan does not have', async () => {
  const project = "apiKey = 'partner-7'; token = 'other-42'"
  const redactor = openRedactor({ environment: [], planned: ['partner-7'], project })
  await redactor.redact(project)
  const draft = {
    writer: 'anthropic',
    cases: [
      { pathId: 'happy', title: 'a', code: "send('<redacted:api-key-1>')" },
      { pathId: 'sad', title: 'b', code: "send('<redacted:token-1>')" },
    ],
    left: [],
    usage: null,
  }

  expect(restoreDraft(draft, redactor)).toEqual({
    ...draft,
    cases: [{ pathId: 'happy', title: 'a', code: "send('partner-7')" }],
    left: [{ pathId: 'sad', reason: 'it needs <redacted:token-1>, a secret that the model did not get' }],
  })
})

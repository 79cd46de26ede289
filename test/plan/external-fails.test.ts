import { describe, expect, it } from 'vitest'
import { expectsOf, openOf, planFor, plannedOf, skippedOf, testsOf } from '../support/plan-source.ts'

const ERRORS = `app.use((error, req, res, next) => {
  if (error instanceof Declined) return res.status(402).json({ error: 'declined' })
  if (error instanceof Unavailable) return res.status(502).json({ error: 'unavailable' })
  res.status(500).json({ error: 'internal' })
})`
const INSERT = "await db.insert(payments).values({ userId: 'u', amountCents: 1, chargeId: paid.id })"

const idsFor = (handler: string): string[] =>
  testsOf(planFor('POST /pay', handler, { after: ERRORS }), 'external-fails')

describe('a dependency that fails', () => {
  it('has a path per failure that the code tells apart', () => {
    const plan = planFor('POST /pay', `const paid = await charge({}); ${INSERT}; res.status(201).json({ ok: true })`, {
      after: ERRORS,
    })
    expect(testsOf(plan, 'external-fails').sort()).toEqual([
      'external-fails.pay-answers-402',
      'external-fails.pay-answers-503',
      'external-fails.pay-connection-reset',
      'external-fails.pay-malformed-answer',
      'external-fails.pay-timeout',
    ])
    const declined = plannedOf(plan, 'external-fails.pay-answers-402')
    expect(expectsOf(declined)).toEqual([
      'code status 402',
      'code body whole {"error":"declined"}',
      'policy count payments 0',
    ])
    expect(declined.given.stubs[0]?.reply).toEqual({ kind: 'json', status: 402, body: { error: 'declined' } })
    expect(plannedOf(plan, 'external-fails.pay-timeout').given.stubs[0]?.reply).toEqual({ kind: 'hang' })
  })

  it('answers with the field that decides', () => {
    const plan = planFor(
      'POST /pay',
      `const paid = await charge({}); if (paid.status !== 'succeeded') return res.status(402).json({ error: 'declined' }); if (paid.risk > 80) return res.status(403).json({ error: 'risk' }); ${INSERT}; res.status(201).json({ ok: true })`,
    )
    const replyOf = (id: string): unknown => {
      const reply = plannedOf(plan, id).given.stubs[0]?.reply
      return reply?.kind === 'json' ? reply.body : null
    }
    expect(replyOf('happy')).toEqual({ status: 'succeeded', risk: 7, id: 'pay-1' })
    const others = ['external-fails.pay-unexpected-answer', 'external-fails.pay-unexpected-answer-2'].map(replyOf)
    expect(others).toContainEqual({ status: 'a status' })
    expect(others).toContainEqual({ status: 'succeeded', risk: 81 })
  })

  it('is not mapped on purpose where a mail comes last and nothing depends on it', () => {
    const plan = planFor(
      'POST /pay',
      `const [row] = await db.insert(payments).values({ userId: 'u', amountCents: 1 }).returning(); sendMail('ada@example.com').catch(() => {}); res.status(201).json(row)`,
    )
    expect(skippedOf(plan, 'external-fails.mailApi').reason).toContain('not mapped on purpose')
    expect(expectsOf(plannedOf(plan, 'happy')).filter((line) => line.includes('calls'))).toEqual([])
    expect(plannedOf(plan, 'happy').title).toBe('answers 201 and stores the payment')
  })

  it('is down for every attempt of a call that is tried again', () => {
    const plan = planFor(
      'POST /pay',
      `let paid = null, last = null
      for (let turn = 0; turn < 2 && !paid; turn += 1) {
        try { paid = await charge({}) } catch (error) { last = error }
      }
      if (!paid) return res.status(502).json({ error: last.message })
      ${INSERT}; res.status(201).json({ ok: true })`,
    )
    expect(expectsOf(plannedOf(plan, 'happy'))).toContain('code status 201')
    const failing = plannedOf(plan, 'external-fails.pay-connection-reset')
    expect(failing.given.stubs.map(({ reply }) => reply)).toEqual([{ kind: 'reset' }])
    expect(expectsOf(failing)).toContain('code status 502')
  })

  it('is counted where the code waits for the mail', () => {
    const plan = planFor(
      'POST /pay',
      `await db.insert(payments).values({ userId: 'u', amountCents: 1 }); await sendMail('ada@example.com'); res.status(201).json({ ok: true })`,
    )
    expect(expectsOf(plannedOf(plan, 'happy')).at(-1)).toBe(
      'code calls mailApi [{"method":"POST","path":"/v1/send","body":{"to":"ada@example.com"}}]',
    )
  })

  it('is open where a failed charge goes unnoticed before the write', () => {
    const plan = planFor(
      'POST /pay',
      `try { await charge({}) } catch {} await db.insert(payments).values({ userId: 'u', amountCents: 1 }); res.status(201).json({ ok: true })`,
    )
    expect(testsOf(plan, 'external-fails')).toEqual([])
    expect(openOf(plan, 'external-fails.pay-connection-reset').missing).toContain('may fail silently')
  })

  it('says that a client without a limit can not be timed', () => {
    const plan = planFor('POST /a', `await sendMail('x'); res.status(202).json({ ok: true })`)
    expect(skippedOf(plan, 'external-fails.mailApi-timeout').reason).toContain('sets no time limit')
  })

  it('is rolled back with its transaction', () => {
    const plan = planFor(
      'POST /pay',
      `const row = await db.transaction(async (tx) => {
         const [created] = await tx.insert(payments).values({ userId: 'u', amountCents: 1 }).returning()
         const paid = await charge({}, 'k')
         await tx.update(payments).set({ chargeId: paid.id }).where(eq(payments.id, created.id))
         return created
       })
       res.status(201).json({ id: row.id })`,
      { after: ERRORS },
    )
    expect(expectsOf(plannedOf(plan, 'external-fails.pay-answers-402'))).toContain('policy count payments 0')
  })

  it('leaves the pending row as the code marks it, and is open where nobody marks it', () => {
    const pending = (onFailure: string): string => `
      const [row] = await db.insert(payments).values({ userId: 'u', amountCents: 1 }).returning()
      let paid
      try { paid = await charge({}) } catch (error) { ${onFailure}; return res.status(502).json({ error: 'unavailable' }) }
      await db.update(payments).set({ status: 'paid', chargeId: paid.id }).where(eq(payments.id, row.id))
      res.status(201).json({ ok: true })`
    const marked = planFor(
      'POST /pay',
      pending("await db.update(payments).set({ status: 'failed' }).where(eq(payments.id, row.id))"),
    )
    expect(expectsOf(plannedOf(marked, 'external-fails.pay-connection-reset'))).toContain(
      'code rows payments [{"userId":"u","amountCents":1,"status":"failed"}]',
    )
    const left = planFor('POST /pay', pending(''))
    expect(openOf(left, 'external-fails.pay-connection-reset').missing).toContain(
      'what the route stored before the call',
    )
  })

  it('tells two calls of one address apart, and does not test the second by failing the first', () => {
    const plan = planFor(
      'POST /pay',
      `await charge({ from: 'a' }); await charge({ to: 'b' }); await db.insert(payments).values({ userId: 'u', amountCents: 1 }); res.status(201).json({ ok: true })`,
      { after: ERRORS },
    )
    expect(plannedOf(plan, 'happy').title).toBe('answers 201, stores the payment and calls pay twice')
    expect(plannedOf(plan, 'external-fails.pay-connection-reset').given.stubs).toHaveLength(1)
    expect(openOf(plan, 'external-fails.pay-call-2-connection-reset').missing).toContain('differently from the first')
  })

  it('keeps two hosts apart', () => {
    const ids =
      idsFor(`const score = await (await fetch('https://fraud.example.com/v1/score', { signal: AbortSignal.timeout(1000) })).json()
      if (score.value > 50) return res.status(403).json({ error: 'fraud' })
      const paid = await charge({}); ${INSERT}; res.status(201).json({ ok: true })`)
    expect(ids.filter((id) => id.includes('fraud')).length).toBeGreaterThan(1)
    expect(ids.filter((id) => id.includes('.pay-')).length).toBeGreaterThan(1)
  })

  it('skips a route that calls nobody', () => {
    expect(skippedOf(planFor('GET /a', 'res.json({})'), 'external-fails').reason).toContain('calls no other service')
  })

  it('takes no way whose conditions on the status contradict each other, and takes the edge for the rest', () => {
    const plan = planFor(
      'POST /pay',
      `const response = await fetch(process.env.PAY_URL + '/v1/x', { method: 'POST', signal: AbortSignal.timeout(500) })
       if (response.status === 404) return res.status(404).json({ error: 'unknown' })
       if (response.status >= 400 && response.status < 500) return res.status(422).json({ error: 'refused' })
       if (!response.ok) return res.status(502).json({ error: 'broken' })
       res.status(201).json({ ok: true })`,
    )
    expect(testsOf(plan, 'external-fails').sort()).toEqual([
      'external-fails.pay-answers-400',
      'external-fails.pay-answers-404',
      'external-fails.pay-answers-500',
      'external-fails.pay-connection-reset',
      'external-fails.pay-timeout',
    ])
    expect(plan.paths.filter((path) => path.status === 'open')).toEqual([])
  })

  it('takes a way on which the calls succeed for the good one, also where a refusal is ignored', () => {
    const plan = planFor(
      'POST /pay',
      `try { await charge({}) } catch {} await db.insert(payments).values({ userId: 'u', amountCents: 1 }); res.status(201).json({ ok: true })`,
    )
    expect(plannedOf(plan, 'happy').given.stubs[0]?.reply).toMatchObject({ kind: 'json', status: 201 })
  })

  it('sends the body as text where the code does not declare it as JSON', () => {
    const plan = planFor(
      'POST /pay',
      `await fetch('https://api.pay.example/x', { method: 'POST', body: JSON.stringify({ a: 1 }) }); res.status(202).json({ ok: true })`,
    )
    expect(expectsOf(plannedOf(plan, 'happy')).at(-1)).toContain('"body":"{\\"a\\":1}"')
  })
})

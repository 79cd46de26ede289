import { describe, expect, it } from 'vitest'
import { expectsOf, openOf, planFor, plannedOf, skippedOf } from '../support/plan-source.ts'

const ID = 'idempotent-retry'
const READ = "const key = req.get('Idempotency-Key')"
const STORE =
  "await db.insert(payments).values({ userId: 'u', amountCents: 1, key }); res.status(201).json({ ok: true })"

describe('the same key twice', () => {
  it('is skipped without a key, and where nothing changes', () => {
    const plain = "await db.insert(payments).values({ userId: 'u', amountCents: 1 }); res.json({ ok: true })"
    expect(skippedOf(planFor('POST /a', plain), ID).reason).toContain('no idempotency key')
    expect(skippedOf(planFor('GET /a', `${READ}; res.json({ key })`), ID).reason).toContain('changes nothing')
    expect(skippedOf(planFor('GET /a', 'await db.execute(sql`select 1`); res.end()'), ID).reason).toContain('nothing')
  })

  it.each(['insert into licenses (no) values (1)', 'call settle()'])(
    'takes %s for a change, whatever the schema has',
    (statement) => {
      const plan = planFor('POST /a', `await db.execute(sql\`${statement}\`); res.json({ ok: true })`)
      expect(skippedOf(plan, ID).reason).toContain('no idempotency key')
      expect(expectsOf(plannedOf(plan, 'happy'))).toEqual(['code status 200', 'code body whole {"ok":true}'])
    },
  )

  it('counts one row and one key at the provider, where the key is required', () => {
    const plan = planFor(
      'POST /pay',
      `${READ}; if (!key) return res.status(400).json({}); await charge({}, key); ${STORE}`,
    )
    const path = plannedOf(plan, ID)
    expect(path.given.requests).toHaveLength(2)
    expect(path.given.requests[1]).toEqual(path.given.requests[0])
    expect(expectsOf(path)).toEqual([
      'code status 201',
      'policy count payments 1',
      'policy keys pay headers.idempotency-key 1',
    ])
  })

  it('sends the key where it is optional', () => {
    const plan = planFor('POST /pay', `${READ}; await charge({}, key); ${STORE}`)
    expect(plannedOf(plan, ID).given.requests[0]?.headers).toEqual({ 'idempotency-key': 'key-1' })
  })

  it('expects one effect of a route that handles the key, whose look-up finds nothing at first', () => {
    const plan = planFor(
      'POST /pay',
      `const { idempotencyKey } = req.body
       if (idempotencyKey) {
         const [seen] = await db.select().from(payments).where(eq(payments.key, idempotencyKey))
         if (seen) return res.status(200).json(seen)
       }
       await charge({}, idempotencyKey)
       await db.insert(payments).values({ userId: 'u', amountCents: 1, key: idempotencyKey })
       res.status(201).json({ ok: true })`,
    )
    const path = plannedOf(plan, ID)
    expect(path.given.seeds).toEqual([])
    expect(path.given.requests[0]?.body).toEqual({ idempotencyKey: 'key-1' })
    expect(expectsOf(path).slice(0, 2)).toEqual(['code status 201', 'policy count payments 1'])
  })

  it('finds the key in the body of the call', () => {
    const plan = planFor('POST /pay', `${READ}; await charge({ key, amount: 1 }); ${STORE}`)
    expect(expectsOf(plannedOf(plan, ID))).toContain('policy keys pay body.key 1')
  })

  it('counts the calls where the provider gets no key', () => {
    const plan = planFor('POST /pay', `${READ}; await charge({}); ${STORE}`)
    expect(expectsOf(plannedOf(plan, ID))).toContain('policy calls pay 1')
  })

  it('counts two keys where one request rightly sends two', () => {
    const plan = planFor(
      'POST /pay',
      "const key = req.get('Idempotency-Key'); if (!key) return res.status(400).json({}); await charge({}, key + '-a'); await charge({}, key + '-b'); " +
        STORE,
    )
    expect(expectsOf(plannedOf(plan, ID))).toContain('policy keys pay headers.idempotency-key 2')
  })

  it('counts no call for which nobody waits, and none that only asks', () => {
    const plan = planFor(
      'POST /pay',
      `${READ}; await fetch('https://rates.example.com/latest'); await db.insert(payments).values({ userId: 'u', amountCents: 1, key }); sendMail('a').catch(() => {}); res.status(201).json({ ok: true })`,
    )
    expect(expectsOf(plannedOf(plan, ID))).toEqual(['code status 201', 'policy count payments 1'])
  })

  it('is open where nothing can be counted', () => {
    const plan = planFor(
      'POST /pay',
      `${READ}; const [row] = await db.update(payments).set({ key }).where(eq(payments.id, Number(req.body.id))).returning(); if (!row) return res.status(404).json({}); res.json({ ok: true })`,
    )
    expect(openOf(plan, ID).missing).toContain('what to count')
  })
})

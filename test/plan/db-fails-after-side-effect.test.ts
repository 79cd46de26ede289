import { describe, expect, it } from 'vitest'
import { expectsOf, openOf, planFor, plannedOf, skippedOf } from '../support/plan-source.ts'

const ID = 'db-fails-after-side-effect'
const ROW = "{ userId: 'u', amountCents: 1, chargeId: paid.id }"
const handler = (onFailure: string): string =>
  `const paid = await charge({}); try { await db.insert(payments).values(${ROW}); res.status(201).json({ ok: true }) } catch (error) { ${onFailure} }`

describe('a write that fails after an effect', () => {
  it('takes the retryable answer of the code, and one call', () => {
    const path = plannedOf(
      planFor('POST /pay', handler("res.status(503).json({ error: 'later', retryable: true })")),
      ID,
    )
    expect(path.given.fault).toEqual({ table: 'payments', operation: 'insert', nth: null })
    expect(path.title).toBe("answers a retryable 503 and calls pay once when the payment can't be stored")
    expect(expectsOf(path)).toEqual([
      'policy status 503',
      'code body whole {"error":"later","retryable":true}',
      'policy count payments 0',
      'policy calls pay 1',
    ])
  })

  it.each([
    ['answers a plain 500', "res.status(500).json({ error: 'oops' })"],
    ['answers as if it were stored', 'res.status(201).json({ ok: true })'],
    ['throws', 'throw error'],
  ])('asks for 503 where the code %s', (_name, onFailure) => {
    expect(expectsOf(plannedOf(planFor('POST /pay', handler(onFailure)), ID))).toEqual([
      'policy status 503',
      'policy count payments 0',
      'policy calls pay 1',
    ])
  })

  it('asks for 503 where an Express 4 route hangs', () => {
    const plan = planFor(
      'POST /pay',
      `const paid = await charge({}); await db.insert(payments).values(${ROW}); res.json({ ok: true })`,
      {
        options: { express: 4 },
      },
    )
    expect(expectsOf(plannedOf(plan, ID))).toContain('policy status 503')
  })

  it('accepts a compensation with any 5xx', () => {
    const path = plannedOf(
      planFor('POST /pay', handler("await refund(paid.id); res.status(500).json({ error: 'failed' })")),
      ID,
    )
    expect(path.title).toBe("answers a 5xx and compensates when the payment can't be stored")
    expect(path.given.stubs.map((stub) => stub.path)).toEqual(['/v1/charges', '/v1/charges/pay-1/refund'])
    expect(expectsOf(path)).toEqual([
      'policy status >= 500',
      'policy count payments 0',
      'policy calls pay [{"method":"POST","path":"/v1/charges"},{"method":"POST","path":"/v1/charges/pay-1/refund"}]',
    ])
  })

  it('does not take a mail for a compensation', () => {
    const path = plannedOf(
      planFor('POST /pay', handler("await sendMail('ops'); res.status(500).json({ error: 'failed' })")),
      ID,
    )
    expect(path.title).toContain('retryable 503')
  })

  it('leaves the pending row that was there before the call', () => {
    const plan = planFor(
      'POST /pay',
      `const [row] = await db.insert(payments).values({ userId: 'u', amountCents: 1 }).returning()
       const paid = await charge({})
       try { await db.update(payments).set({ status: 'paid' }).where(eq(payments.id, row.id)); res.status(201).json({ id: paid.id }) }
       catch { res.status(503).json({ error: 'later' }) }`,
    )
    const path = plannedOf(plan, ID)
    expect(path.given.fault).toEqual({ table: 'payments', operation: 'update', nth: null })
    expect(expectsOf(path)).toContain('code rows payments [{"userId":"u","amountCents":1,"status":"pending"}]')
  })

  it('asks that what was written after the call is undone', () => {
    const plan = planFor(
      'POST /pay',
      `const paid = await charge({})
       try { await db.insert(payments).values(${ROW}); await db.insert(categories).values({ name: 'x' }); res.status(201).json({ ok: true }) }
       catch { res.status(503).json({ error: 'later' }) }`,
    )
    expect(expectsOf(plannedOf(plan, `${ID}.categories-insert`))).toEqual([
      'policy status 503',
      'code body whole {"error":"later"}',
      'policy count payments 0',
      'policy count categories 0',
      'policy calls pay 1',
    ])
  })

  it('aims at the second of two statements of the same kind', () => {
    const plan = planFor(
      'POST /pay',
      `await db.insert(payments).values({ userId: 'u', amountCents: 1 }); const paid = await charge({}); await db.insert(payments).values(${ROW}); res.status(201).json({ ok: true })`,
    )
    const path = plannedOf(plan, ID)
    expect(path.given.fault).toEqual({ table: 'payments', operation: 'insert', nth: 2 })
    expect(expectsOf(path)).toContain('code rows payments [{"userId":"u","amountCents":1,"status":"pending"}]')
  })

  it('aims at the first, so that what the code then writes about it is stored', () => {
    const plan = planFor(
      'POST /pay',
      `const [row] = await db.insert(payments).values({ userId: 'u', amountCents: 1 }).returning()
       const paid = await charge({})
       const mark = (status) => db.update(payments).set({ status }).where(eq(payments.id, row.id))
       try { await mark('paid'); res.status(201).json({ id: paid.id }) }
       catch { await mark('unknown'); res.status(503).json({ error: 'later' }) }`,
    )
    const path = plannedOf(plan, ID)
    expect(path.given.fault).toEqual({ table: 'payments', operation: 'update', nth: 1 })
    expect(expectsOf(path)).toContain('code rows payments [{"userId":"u","amountCents":1,"status":"unknown"}]')
  })

  it('is open where the code tries again, for what fails once is then stored', () => {
    const plan = planFor(
      'POST /pay',
      `const paid = await charge({})
       const store = () => db.insert(payments).values(${ROW})
       try { await store() } catch { await store() }
       res.status(201).json({ ok: true })`,
    )
    expect(openOf(plan, ID).missing).toContain('it tries the insert again, and answers 201')
  })

  it('is open where two of them run at the same time', () => {
    const plan = planFor(
      'POST /pay',
      `const paid = await charge({}); const row = ${ROW}
       await Promise.all([db.insert(payments).values(row), db.insert(payments).values(row)]); res.status(201).json({ ok: true })`,
    )
    expect(openOf(plan, ID).missing).toContain('which insert on payments comes first')
  })

  it('says where the database must serve a second connection beside an open transaction', () => {
    const inside = (query: string): string =>
      `const paid = await charge({}); await db.transaction(async (tx) => { ${query}; await tx.insert(payments).values(${ROW}) }); res.status(201).json({ ok: true })`
    const needsOf = (query: string) =>
      plannedOf(planFor('POST /pay', inside(query)), `${ID}.payments-insert`).given.needs
    expect(needsOf("await db.insert(categories).values({ name: 'x' })")).toEqual(['second-connection'])
    expect(needsOf("await tx.insert(categories).values({ name: 'x' })")).toEqual([])
  })

  it('is open where only a log is lost', () => {
    const plan = planFor(
      'POST /pay',
      `const paid = await charge({}); await db.insert(auditLogs).values({ action: 'paid' }).catch(() => {}); res.status(201).json({ id: paid.id })`,
    )
    expect(openOf(plan, ID).missing).toContain('although the row in audit_logs is lost')
  })

  it('is open where the writes come before the call in the same transaction, as only the commit can fail', () => {
    const plan = planFor(
      'POST /pay',
      `await db.transaction(async (tx) => { await tx.insert(payments).values({ userId: 'u', amountCents: 1 }); await charge({}) }); res.status(201).json({ ok: true })`,
    )
    expect(openOf(plan, ID).missing).toContain('a commit that fails')
  })

  it('is skipped where nothing changes elsewhere before the write', () => {
    const asks =
      "const rates = await fetch('https://rates.example.com/latest'); await db.insert(categories).values({ name: 'x' }); res.status(201).json({ ok: true })"
    const verifies = asks.replace("/latest'", "/siteverify', { method: 'POST' }")
    expect(skippedOf(planFor('POST /a', asks), ID).reason).toContain('only ask')
    expect(skippedOf(planFor('POST /a', verifies), ID).reason).toContain('only ask')
    const plain = "await db.insert(categories).values({ name: 'x' }); res.status(201).json({ ok: true })"
    expect(skippedOf(planFor('POST /a', plain), ID).reason).toContain('no call to another service')
    const last =
      "await db.insert(categories).values({ name: 'x' }); await sendMail('a'); res.status(201).json({ ok: true })"
    expect(skippedOf(planFor('POST /a', last), ID).reason).toContain('nothing is written after sendMail')
  })

  it('lets the compensation itself succeed where a failure of it is mapped too', () => {
    const plan = planFor('POST /pay', handler("await refund(paid.id); res.status(500).json({ error: 'failed' })"), {
      after:
        "app.use((error, req, res, next) => res.status(error instanceof Unavailable ? 404 : 500).json({ error: 'x' }))",
    })
    const replies = plannedOf(plan, ID).given.stubs.map((stub) =>
      stub.reply.kind === 'json' ? stub.reply.status : stub.reply.kind,
    )
    expect(replies).toEqual([201, 201])
  })

  it('is open where the code goes on inside the transaction that has failed', () => {
    const plan = planFor(
      'POST /pay',
      `const paid = await charge({})
       await db.transaction(async (tx) => {
         try { await tx.insert(payments).values(${ROW}) } catch { await tx.insert(categories).values({ name: paid.id }) }
       })
       res.status(201).json({ ok: true })`,
    )
    expect(openOf(plan, ID).missing).toContain('inside a transaction that has failed')
  })
})

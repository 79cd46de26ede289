import { describe, expect, it } from 'vitest'
import type { IdempotencyFacts } from '../../../src/scan/facts/types.ts'
import { readHandler, show } from '../../support/scan-source.ts'

const KEYED = `
  import { integer as int, pgTable as table, text as words } from 'drizzle-orm/pg-core'
  export const payments = table('payments', { id: int('id').primaryKey(), key: words('key').unique(), amount: int('amount') })`

function read(handler: string): IdempotencyFacts {
  return readHandler(handler, { imports: KEYED }).idempotency
}

/** `look-up 200` for each way in which a repetition is answered. */
function replays({ keys }: IdempotencyFacts): string[] {
  return keys.flatMap(({ replay }) => replay.map(({ by, status }) => `${by} ${show(status)}`))
}

describe('idempotency', () => {
  it('by a header that is looked up first', () => {
    const facts = read(`const key = req.get('Idempotency-Key')
      if (!key) return res.sendStatus(400)
      const [known] = await db.select().from(payments).where(eq(payments.key, key))
      if (known) return res.status(200).json(known)
      await fetch('http://pay/', { method: 'POST', headers: { 'Idempotency-Key': key } })
      await db.insert(payments).values({ key, amount: 1 })
      res.sendStatus(201)`)
    expect(facts.keys).toMatchObject([
      {
        from: 'headers',
        path: ['idempotency-key'],
        required: true,
        lookedUp: [{ table: 'payments', column: 'key' }],
        stored: [{ table: 'payments', column: 'key', unique: true }],
        forwardedTo: ['POST http://pay/'],
      },
    ])
    expect(replays(facts)).toEqual(['look-up 200'])
  })

  it('by a field of the body and a unique column', () => {
    const facts = read(`try { await db.insert(payments).values({ key: req.body.idempotencyKey, amount: 1 }) }
      catch (error) {
        if (error.cause?.code === '23505') return res.sendStatus(409)
        throw error
      }
      res.sendStatus(201)`)
    expect(facts.keys).toMatchObject([{ from: 'body', required: false, lookedUp: [], stored: [{ unique: true }] }])
    expect(replays(facts)).toEqual(['unique column 409'])
  })

  it('says when a key is stored where it may be twice', () => {
    const facts = read('await db.insert(orders).values({ status: req.body.requestId })\nres.sendStatus(201)')
    expect(facts.keys).toMatchObject([{ stored: [{ table: 'orders', column: 'status', unique: false }], replay: [] }])
  })

  it('by a natural key', () => {
    const facts = read(
      'await db.insert(users).values({ email: req.body.email }).onConflictDoNothing({ target: users.email })\nres.sendStatus(201)',
    )
    expect(facts.keys).toEqual([])
    expect(facts.upserts).toMatchObject([{ table: 'users', target: ['email'], action: 'nothing' }])
  })

  const REGISTER = `const [known] = await db.select().from(users).where(eq(users.email, req.body.email))
    if (known) return res.status(STATUS).json(known)
    const [made] = await db.insert(users).values({ email: req.body.email }).returning()
    res.status(201).json(made)`

  it('by a value that is unique, whose row is given again', () => {
    const facts = read(REGISTER.replace('STATUS', '200'))
    expect(facts.keys).toMatchObject([{ from: 'body', path: ['email'], stored: [{ table: 'users', unique: true }] }])
    expect(replays(facts)).toEqual(['look-up 200'])
  })

  it('is none of a value that may be there once, and is refused when it is', () => {
    expect(read(REGISTER.replace('STATUS', '409')).keys).toEqual([])
  })

  it('is no number of the request that is only logged', () => {
    expect(
      read("console.log(req.get('X-Request-Id'))\nres.set('X-Request-Id', req.get('X-Request-Id')).end()").keys,
    ).toEqual([])
  })

  it('is none', () => {
    expect(read('await db.insert(users).values({ email: req.body.email })\nres.sendStatus(201)')).toEqual({
      keys: [],
      upserts: [],
    })
  })
})

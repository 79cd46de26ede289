import { db, faults, stub } from 'itest-gen'
import request from 'supertest'
import { beforeEach, describe, expect, it } from 'vitest'
import { app } from '../../src/app.js'
import { orders } from '../../src/db/schema.js'

const payments = stub('https://api.payments.example')

describe('POST /orders', () => {
  const order = { userId: 'user-1', amountCents: 4999, idempotencyKey: 'key-1' }

  beforeEach(() => {
    payments.on('POST', '/v1/charges').reply(201, { id: 'payment-1' })
  })

  it('[happy] answers 201, stores the order and calls payments once', async () => {
    const res = await request(app).post('/orders').send(order)

    expect(res.status).toBe(201)
    expect(res.body).toEqual({
      id: expect.any(String),
      userId: 'user-1',
      amountCents: 4999,
      idempotencyKey: 'key-1',
      paymentId: 'payment-1',
      status: 'paid',
      createdAt: expect.any(String),
    })
    expect(await db.select().from(orders)).toMatchObject([
      { userId: 'user-1', amountCents: 4999, idempotencyKey: 'key-1', paymentId: 'payment-1', status: 'paid' },
    ])
    expect(payments.calls).toMatchObject([
      {
        method: 'POST',
        path: '/v1/charges',
        headers: { 'idempotency-key': 'key-1' },
        body: { customer: 'user-1', amount: 4999, currency: 'usd' },
      },
    ])
  })

  it('[validation.userId-missing] answers 400 when userId is missing, and neither stores nor calls anything', async () => {
    const res = await request(app)
      .post('/orders')
      .send({ ...order, userId: undefined })

    expect(res.status).toBe(400)
    expect(res.body).toEqual({ error: 'userId and amountCents required' })
    expect(await db.select().from(orders)).toEqual([])
    expect(payments.calls).toEqual([])
  })

  it('[validation.amountCents-missing] answers 400 when amountCents is missing, and neither stores nor calls anything', async () => {
    const res = await request(app)
      .post('/orders')
      .send({ ...order, amountCents: undefined })

    expect(res.status).toBe(400)
    expect(res.body).toEqual({ error: 'userId and amountCents required' })
    expect(await db.select().from(orders)).toEqual([])
    expect(payments.calls).toEqual([])
  })

  it('[external-fails.payments-connection-reset] answers 500 and stores nothing when payments drops the connection', async () => {
    payments.on('POST', '/v1/charges').resetConnection()

    const res = await request(app).post('/orders').send(order)

    expect(res.status).toBe(500)
    expect(await db.select().from(orders)).toEqual([])
  })

  it('[external-fails.payments-timeout] answers 500 and stores nothing when payments does not answer within 1000 ms', async () => {
    payments.on('POST', '/v1/charges').hang()

    const res = await request(app).post('/orders').send(order)

    expect(res.status).toBe(500)
    expect(await db.select().from(orders)).toEqual([])
  })

  it('[external-fails.payments-answers-402] answers 402 and stores nothing when payments answers 402', async () => {
    payments.on('POST', '/v1/charges').reply(402, { error: 'declined' })

    const res = await request(app).post('/orders').send(order)

    expect(res.status).toBe(402)
    expect(res.body).toEqual({ error: 'payment_failed' })
    expect(await db.select().from(orders)).toEqual([])
  })

  it('[external-fails.payments-answers-429] answers 402 and stores nothing when payments answers 429', async () => {
    payments.on('POST', '/v1/charges').reply(429, { error: 'unavailable' })

    const res = await request(app).post('/orders').send(order)

    expect(res.status).toBe(402)
    expect(res.body).toEqual({ error: 'payment_failed' })
    expect(await db.select().from(orders)).toEqual([])
  })

  it('[external-fails.payments-answers-503] answers 402 and stores nothing when payments answers 503', async () => {
    payments.on('POST', '/v1/charges').reply(503, { error: 'unavailable' })

    const res = await request(app).post('/orders').send(order)

    expect(res.status).toBe(402)
    expect(res.body).toEqual({ error: 'payment_failed' })
    expect(await db.select().from(orders)).toEqual([])
  })

  it('[external-fails.payments-malformed-answer] answers 500 and stores nothing when payments answers malformed JSON', async () => {
    payments.on('POST', '/v1/charges').reply(201, '{"id":')

    const res = await request(app).post('/orders').send(order)

    expect(res.status).toBe(500)
    expect(await db.select().from(orders)).toEqual([])
  })

  it("[db-fails-after-side-effect] answers a retryable 503 and calls payments once when the order can't be stored", async () => {
    await faults.on(orders, 'insert').fail()

    const res = await request(app).post('/orders').send(order)

    expect(res.status).toBe(503)
    expect(res.body).toEqual({ error: 'order_persist_failed', retryable: true })
    expect(await db.select().from(orders)).toEqual([])
    expect(payments.calls).toHaveLength(1)
  })

  it('[idempotent-retry] has one effect when the same idempotencyKey comes twice', async () => {
    const first = await request(app).post('/orders').send(order)
    await request(app).post('/orders').send(order)

    expect(first.status).toBe(201)
    expect(await db.select().from(orders)).toHaveLength(1)
    expect(new Set(payments.calls.map((call) => call.headers['idempotency-key'])).size).toBe(1)
  })
})

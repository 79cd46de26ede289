import { db, faults, stub } from 'itest-gen'
import request from 'supertest'
import { beforeEach, describe, expect, it } from 'vitest'
import { app } from '../../src/app.js'
import { parcels, scans } from '../../src/db/schema.js'

const carrier = stub('https://api.carrier.example')

describe('POST /parcels', () => {
  const parcel = {
    reference: 'a reference',
    recipient: 'a recipient',
    weightGrams: 7,
    fragile: true,
  }

  beforeEach(() => {
    carrier.on('POST', '/v2/labels').reply(201, { id: 'carrier-1' })
  })

  it('[happy] answers 201, stores the parcel, stores the scan and calls carrier once', async () => {
    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(201)
    expect(res.body).toEqual({
      id: expect.any(Number),
      reference: 'a reference',
      recipient: 'a recipient',
      weightGrams: 7,
      fragile: true,
      labelId: 'carrier-1',
      status: 'registered',
      createdAt: expect.any(String),
    })
    expect(await db.select().from(parcels)).toMatchObject([
      {
        reference: 'a reference',
        recipient: 'a recipient',
        weightGrams: 7,
        fragile: true,
        labelId: 'carrier-1',
        status: 'registered',
      },
    ])
    expect(await db.select().from(scans)).toMatchObject([{ place: 'counter' }])
    expect(carrier.calls).toMatchObject([
      { method: 'POST', path: '/v2/labels', body: { reference: 'a reference', weight: 7 } },
    ])
  })

  it('[validation.reference-missing] answers 400 when reference is missing, and neither stores nor calls anything', async () => {
    const res = await request(app)
      .post('/parcels')
      .send({ ...parcel, reference: undefined })

    expect(res.status).toBe(400)
    expect(res.body).toEqual({ error: 'invalid_parcel' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
    expect(carrier.calls).toEqual([])
  })

  it('[validation.reference-too-short] answers 400 when reference is empty, and neither stores nor calls anything', async () => {
    const res = await request(app)
      .post('/parcels')
      .send({ ...parcel, reference: '' })

    expect(res.status).toBe(400)
    expect(res.body).toEqual({ error: 'invalid_parcel' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
    expect(carrier.calls).toEqual([])
  })

  it('[validation.recipient-missing] answers 400 when recipient is missing, and neither stores nor calls anything', async () => {
    const res = await request(app)
      .post('/parcels')
      .send({ ...parcel, recipient: undefined })

    expect(res.status).toBe(400)
    expect(res.body).toEqual({ error: 'invalid_parcel' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
    expect(carrier.calls).toEqual([])
  })

  it('[validation.recipient-too-short] answers 400 when recipient is empty, and neither stores nor calls anything', async () => {
    const res = await request(app)
      .post('/parcels')
      .send({ ...parcel, recipient: '' })

    expect(res.status).toBe(400)
    expect(res.body).toEqual({ error: 'invalid_parcel' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
    expect(carrier.calls).toEqual([])
  })

  it('[validation.weightGrams-missing] answers 400 when weightGrams is missing, and neither stores nor calls anything', async () => {
    const res = await request(app)
      .post('/parcels')
      .send({ ...parcel, weightGrams: undefined })

    expect(res.status).toBe(400)
    expect(res.body).toEqual({ error: 'invalid_parcel' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
    expect(carrier.calls).toEqual([])
  })

  it('[validation.weightGrams-too-small] answers 400 when weightGrams is too small, and neither stores nor calls anything', async () => {
    const res = await request(app)
      .post('/parcels')
      .send({ ...parcel, weightGrams: 0 })

    expect(res.status).toBe(400)
    expect(res.body).toEqual({ error: 'invalid_parcel' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
    expect(carrier.calls).toEqual([])
  })

  it('[external-fails.carrier-connection-reset] answers 504 and stores nothing when carrier drops the connection', async () => {
    carrier.on('POST', '/v2/labels').resetConnection()

    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(504)
    expect(res.body).toEqual({ error: 'carrier_unreachable' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
  })

  it('[external-fails.carrier-timeout] answers 504 and stores nothing when carrier does not answer within 1000 ms', async () => {
    carrier.on('POST', '/v2/labels').hang()

    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(504)
    expect(res.body).toEqual({ error: 'carrier_unreachable' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
  })

  it('[external-fails.carrier-answers-402] answers 502 and stores nothing when carrier answers 402', async () => {
    carrier.on('POST', '/v2/labels').reply(402, { error: 'declined' })

    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(502)
    expect(res.body).toEqual({ error: 'carrier_failed' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
  })

  it('[external-fails.carrier-answers-429] answers 502 and stores nothing when carrier answers 429', async () => {
    carrier.on('POST', '/v2/labels').reply(429, { error: 'unavailable' })

    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(502)
    expect(res.body).toEqual({ error: 'carrier_failed' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
  })

  it('[external-fails.carrier-answers-503] answers 502 and stores nothing when carrier answers 503', async () => {
    carrier.on('POST', '/v2/labels').reply(503, { error: 'unavailable' })

    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(502)
    expect(res.body).toEqual({ error: 'carrier_failed' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
  })

  it('[external-fails.carrier-malformed-answer] answers 504 and stores nothing when carrier answers malformed JSON', async () => {
    carrier.on('POST', '/v2/labels').reply(201, '{"id":')

    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(504)
    expect(res.body).toEqual({ error: 'carrier_unreachable' })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
  })

  it("[db-fails-after-side-effect.parcels-insert] answers a retryable 503 and compensates when the parcel can't be stored", async () => {
    carrier.on('POST', '/v2/labels/carrier-1/cancel').reply(201, {})
    await faults.on(parcels, 'insert').fail()

    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(503)
    expect(res.body).toEqual({ error: 'parcel_not_stored', retryable: true })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
    expect(carrier.calls).toMatchObject([
      { method: 'POST', path: '/v2/labels' },
      { method: 'POST', path: '/v2/labels/carrier-1/cancel' },
    ])
  })

  it("[db-fails-after-side-effect.scans-insert] answers a retryable 503 and compensates when the scan can't be stored", async () => {
    carrier.on('POST', '/v2/labels/carrier-1/cancel').reply(201, {})
    await faults.on(scans, 'insert').fail()

    const res = await request(app).post('/parcels').send(parcel)

    expect(res.status).toBe(503)
    expect(res.body).toEqual({ error: 'parcel_not_stored', retryable: true })
    expect(await db.select().from(parcels)).toEqual([])
    expect(await db.select().from(scans)).toEqual([])
    expect(carrier.calls).toMatchObject([
      { method: 'POST', path: '/v2/labels' },
      { method: 'POST', path: '/v2/labels/carrier-1/cancel' },
    ])
  })
})

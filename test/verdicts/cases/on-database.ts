import { type Case, withApp } from '../case.ts'

const WITH_ITEST = `
import { db, faults, stub } from 'itest-gen'
import { orders } from '../src/schema.js'
`

export const onDatabase: readonly Case[] = [
  // Written by hand, and nothing of itest in them.
  {
    name: 'by-hand',
    is: {
      'stores the order': 'green',
      'answers 200': 'red assertion',
      'refunds (POST /orders/:id/refund)': 'red missing-route',
    },
    code: withApp(`
it('stores the order', async () => {
  const { body } = await request(app).post('/orders').send({ item: 'tea' }).expect(201)
  expect((await request(app).get('/orders/' + body.id)).body).toEqual({ id: body.id, item: 'tea' })
})
it('answers 200', async () => {
  const res = await request(app).post('/orders').send({ item: 'tea' })
  expect(res.status).toBe(200)
})
it('refunds (POST /orders/:id/refund)', async () => {
  const { body } = await request(app).post('/orders').send({ item: 'tea' })
  const res = await request(app).post('/orders/' + body.id + '/refund')
  expect(res.status).toBe(200)
})`),
  },
  {
    name: 'by-hand-shared-rows',
    is: 'green',
    code: withApp(`import { db } from '../src/app.js'
import { orders } from '../src/schema.js'
beforeAll(async () => { await db.insert(orders).values([{ item: 'tea' }, { item: 'milk' }]) })
it('lists them', async () => { expect((await request(app).get('/orders')).body).toHaveLength(2) })
it('lists them again', async () => { expect((await request(app).get('/orders')).body).toHaveLength(2) })`),
  },
  {
    name: 'by-hand-mocked-database',
    is: 'red assertion',
    code: withApp(`import { db } from '../src/app.js'
it('is judged', async () => {
  vi.spyOn(db, 'select').mockReturnValue({ from: () => Promise.resolve([{ id: 1, item: 'mocked' }]) })
  const res = await request(app).get('/orders')
  expect(res.body).toEqual([])
})`),
  },
  {
    name: 'by-hand-mocked-fetch',
    is: { 'is paid': 'green', 'is not': 'red assertion' },
    code: withApp(`afterEach(() => { vi.unstubAllGlobals() })
it('is paid', async () => {
  vi.stubGlobal('fetch', async () => new Response('{}', { status: 200 }))
  expect((await request(app).post('/paid-orders')).status).toBe(201)
})
it('is not', async () => {
  vi.stubGlobal('fetch', async () => new Response('{}', { status: 500 }))
  expect((await request(app).post('/paid-orders')).status).toBe(503)
})`),
  },
  {
    name: 'by-hand-unstubbed',
    is: 'broken unstubbed-call',
    code: withApp(
      `it('is judged', async () => { expect((await request(app).post('/paid-orders')).status).toBe(201) })`,
    ),
  },
  {
    name: 'by-hand-app-crash',
    is: 'red app-crash',
    code: withApp(`it('is judged', async () => {
  const res = await request(app).post('/queued-orders')
  expect(res.status).toBe(202)
  await new Promise((resolve) => setTimeout(resolve, 50))
})`),
  },
  // With the harness.
  {
    name: 'with-itest',
    is: {
      'starts without rows': 'green',
      'starts without rows again': 'green',
      'fails the insert': 'red assertion',
      'misses the fault': 'broken fault-not-reached',
      'calls without a stub': 'broken unstubbed-call',
      'calls the stub': 'green',
      declines: 'red assertion',
    },
    code: `${WITH_ITEST}${withApp(`const pay = stub('https://pay.example')
it('starts without rows', async () => {
  await request(app).post('/orders').send({ item: 'tea' })
  expect(await db.select().from(orders)).toHaveLength(1)
})
it('starts without rows again', async () => {
  await request(app).post('/orders').send({ item: 'tea' })
  expect(await db.select().from(orders)).toHaveLength(1)
})
it('fails the insert', async () => {
  await faults.on(orders, 'insert').fail()
  expect((await request(app).post('/orders').send({ item: 'tea' })).status).toBe(503)
})
it('misses the fault', async () => {
  await faults.on(orders, 'delete').fail()
  expect((await request(app).post('/orders').send({ item: 'tea' })).status).toBe(201)
})
it('calls without a stub', async () => { expect((await request(app).post('/paid-orders')).status).toBe(402) })
it('calls the stub', async () => {
  pay.on('POST', '/v1/charges').reply(200, {})
  expect((await request(app).post('/paid-orders')).status).toBe(201)
})
it('declines', async () => {
  pay.on('POST', '/v1/charges').reply(402, {})
  expect((await request(app).post('/paid-orders')).status).toBe(503)
})`)}`,
  },
]

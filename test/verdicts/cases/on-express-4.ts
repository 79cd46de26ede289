import type { Case } from '../case.ts'

export const onExpress4: readonly Case[] = [
  {
    name: 'rejection of a handler',
    is: 'red hang',
    body: `const res = await request(app).get('/rejects').timeout(200)
expect(res.status).toBe(200)`,
  },
  {
    name: 'status',
    is: 'red assertion',
    body: `const res = await request(app).get('/orders/7')
expect(res.status).toBe(200)`,
  },
  {
    name: 'route that is not there',
    is: 'red missing-route',
    body: `const res = await request(app).get('/invoices')
expect(res.status).toBe(200)`,
  },
  {
    name: 'crash',
    is: 'red app-crash',
    body: `const res = await request(app).get('/crash-first').timeout(200)
expect(res.status).toBe(200)`,
  },
  { name: 'green', is: 'green', body: `await request(app).get('/health').expect(200)` },
]

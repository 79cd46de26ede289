import { describe, expect, it } from 'vitest'
import { findNearMiss, isRequestFor } from '../../../src/scan/routes/near-miss.ts'

const routes = [
  { method: 'GET', path: '/health' },
  { method: 'POST', path: '/api/orders' },
  { method: 'GET', path: '/orders/:id' },
  { method: 'GET', path: '/v1' },
]

describe('findNearMiss', () => {
  it.each([
    ['GET', '/helth', '/health'],
    ['GET', '/api/health', '/health'],
    ['POST', '/orders', '/api/orders'],
    ['POST', '/api/order', '/api/orders'],
    ['GET', '/order/7', '/orders/:id'],
  ])('%s %s is meant for %s', (method, path, meant) => {
    expect(findNearMiss(routes, { method, path })?.path).toBe(meant)
  })

  it.each([
    ['POST', '/health'],
    ['GET', '/invoices'],
    ['GET', '/invoices/7'],
    ['POST', '/orders/7/refund'],
    ['GET', '/me'],
    ['GET', '/'],
  ])('%s %s asks for something else', (method, path) => {
    expect(findNearMiss(routes, { method, path })).toBeNull()
  })
})

it('takes any value for a parameter', () => {
  expect(isRequestFor({ method: 'GET', path: '/orders/:id' }, { method: 'GET', path: '/orders/7' })).toBe(true)
  expect(isRequestFor({ method: 'GET', path: '/orders/:id' }, { method: 'GET', path: '/orders' })).toBe(false)
})

import { describe, expect, it } from 'vitest'
import { fingerprint, stripVolatile } from '../../src/judge/fingerprint.ts'

describe('stripVolatile', () => {
  it.each([
    ['expected { id: 17 } to equal { id: 18 }', 'expected { id: <id> } to equal { id: <id> }'],
    ['no route takes POST /orders/17/refund', 'no route takes POST /orders/<id>/refund'],
    ['connect ECONNREFUSED 127.0.0.1:40213', 'connect ECONNREFUSED 127.0.0.1:<port>'],
    ['at 2026-01-02T03:04:05.678Z', 'at <date>'],
    ['order 0b3c1a52-9d7e-4b43-9c3f-5a2c1e7f8d90', 'order <uuid>'],
    ['\u001b[31mexpected\u001b[39m 500 to be 201', 'expected 500 to be 201'],
  ])('%s', (text, stripped) => {
    expect(stripVolatile(text)).toBe(stripped)
  })
})

describe('fingerprint', () => {
  it('is the same for what differs in an id, and another for another status', () => {
    const first = fingerprint(['assertion', 'expected 500 to be 201', '{ id: 1 }', null])

    expect(fingerprint(['assertion', 'expected 500 to be 201', '{ id: 2 }', null])).toBe(first)
    expect(fingerprint(['assertion', 'expected 503 to be 201', '{ id: 1 }', null])).not.toBe(first)
  })
})

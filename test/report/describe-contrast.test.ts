import { describe, expect, it } from 'vitest'
import { describeContrast } from '../../src/report/describe-contrast.ts'
import type { ErrorFacts } from '../../src/run/types.ts'
import { errorFacts } from '../support/run-factory.ts'

const FILE = 'tests/integration/post-orders.test.ts'

/** The error of one statement in a test, on its second line. */
function contrast(statement: string, error: Partial<ErrorFacts>): string {
  const text = `it('x', async () => {\n${statement
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n  expect(later).toBe(1)\n})\n`
  const frames = [
    { file: 'src/app.ts', line: 9, column: 1 },
    { file: FILE, line: 2, column: 3 },
  ]
  return describeContrast(errorFacts({ frames, ...error }), { file: FILE, text })
}

const ROW = '{\n    "amountCents": 4999,\n    "userId": "u1",\n  }'

describe('describeContrast', () => {
  it.each([
    {
      statement: 'expect(res.status).toBe(201)',
      error: { expected: '201', actual: '500' },
      says: 'expected status 201, found 500',
    },
    {
      statement: 'expect(res.status).toBeGreaterThanOrEqual(500)',
      error: { expected: '500', actual: '201' },
      says: 'expected status 500 or higher, found 201',
    },
    {
      statement: 'expect(await db.select().from(orders)).toHaveLength(1)',
      error: { message: 'expected [ { …(7) }, { …(7) } ] to have a length of 1 but got 2' },
      says: 'expected 1 row in orders, found 2',
    },
    {
      statement: 'expect(await db.select().from(orders)).toHaveLength(1)',
      error: { message: 'expected [] to have a length of 1 but got +0' },
      says: 'expected 1 row in orders, found none',
    },
    {
      statement: 'expect(await db.select().from(orders)).toEqual([])',
      error: { expected: '[]', actual: `[\n  ${ROW},\n  ${ROW},\n]` },
      says: 'expected no rows in orders, found 2',
    },
    {
      statement: "expect(await db.select().from(orders)).toMatchObject([\n  { userId: 'u1', amountCents: 4999 },\n])",
      error: { expected: `[\n  ${ROW},\n]`, actual: '[]' },
      says: 'expected 1 row in orders, found none',
    },
    {
      statement: "expect(await db.select().from(orders)).toMatchObject([{ userId: 'u1', amountCents: 4999 }])",
      error: { expected: `[\n  ${ROW},\n]`, actual: `[\n  ${ROW.replace('4999', '5000')},\n]` },
      says: 'expected orders[0].amountCents to be 4999, found 5000',
    },
    {
      statement: 'expect(payments.calls).toEqual([])',
      error: { expected: '[]', actual: '[\n  {\n    "method": "POST",\n  },\n]' },
      says: 'expected no call to payments, found 1',
    },
    {
      statement: 'expect(payments.calls).toMatchObject([{ headers: {} }])',
      error: {
        expected: '[\n  {\n    "headers": {\n      "idempotency-key": "k1",\n    },\n  },\n]',
        actual: '[\n  {\n    "headers": {\n      "accept": "*/*",\n      "idempotency-key": "0.1",\n    },\n  },\n]',
      },
      says: 'expected payments.calls[0].headers["idempotency-key"] to be "k1", found "0.1"',
    },
    {
      statement: "expect(new Set(payments.calls.map((call) => call.headers['idempotency-key'])).size).toBe(1)",
      error: { expected: '1', actual: '2' },
      says: 'expected 1 different idempotency-key sent to payments, found 2',
    },
    {
      statement: 'expect(new Set(payments.calls.map((call) => call.body.key)).size).toBe(1)',
      error: { expected: '1', actual: '2' },
      says: 'expected 1 different key sent to payments, found 2',
    },
    {
      statement: "expect(res.body).toEqual({ error: 'x' })",
      error: { expected: '{\n  "error": "x",\n}', actual: '{}' },
      says: 'expected body.error to be "x", found nothing',
    },
    {
      statement: 'expect(res.body).toEqual({ id: 1 })',
      error: { expected: '{\n  "id": 1,\n}', actual: '{\n  "extra": {\n    "a": 1,\n  },\n  "id": 1,\n}' },
      says: 'expected no body.extra.a, found 1',
    },
    {
      statement: 'expect(res.body).toEqual({ id: expect.any(String) })',
      error: { expected: '{\n  "id": Any<String>,\n}', actual: '{\n  "id": null,\n}' },
      says: 'expected body.id to be any String, found null',
    },
  ])('says "$says"', ({ statement, error, says }) => {
    expect(contrast(statement, error)).toBe(says)
  })

  it('falls back to the first line of the error', () => {
    expect(contrast('expect(res.text).toContain("x")', { message: 'expected "y" to include "x"\n\nmore' })).toBe(
      'expected "y" to include "x"',
    )
  })

  it('falls back when the failing line is not in the test file', () => {
    const error = errorFacts({ message: 'thrown elsewhere', frames: [{ file: 'src/app.ts', line: 1, column: 1 }] })

    expect(describeContrast(error, { file: FILE, text: 'expect(res.status).toBe(1)\n' })).toBe('thrown elsewhere')
  })
})

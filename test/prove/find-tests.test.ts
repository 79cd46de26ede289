import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { emptyLedger, type Ledger, ledgerPath, renderLedger } from '../../src/ledger.ts'
import { findOnlyRoute, findTests } from '../../src/prove/find-tests.ts'

/** A folder with ledgers of tests; of those in `present`, the test is there as well. */
function folder(ledgers: readonly Ledger[], present: readonly string[]): string {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-find-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const other = ['.itest/harness.json', '{ "schema": "itest.harness/1" }'] as const
  const files = [other, ...ledgers.map((one) => [ledgerPath(one.file), renderLedger(one)] as const)]
  for (const [file, text] of [...files, ...present.map((file) => [file, ''] as const)]) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  return root
}

const ORDERS = { ...emptyLedger('tests/orders.test.ts'), route: 'POST /orders' }
const USERS = { ...emptyLedger('tests/users.test.ts'), route: 'GET /users' }
const BY_HAND = emptyLedger('tests/hand.test.ts')

it('finds the tests that were generated for a route', () => {
  const root = folder([ORDERS, USERS, BY_HAND], [ORDERS.file, USERS.file, BY_HAND.file])
  expect(findTests(root, { route: 'POST /orders', tests: [] })).toEqual([path.join(root, ORDERS.file)])
  expect(findTests(root, { route: 'POST /orders', tests: [USERS.file] })).toEqual([path.join(root, USERS.file)])
  expect(() => findTests(root, { route: 'POST /orders', tests: ['no.test.ts'] })).toThrow(
    '--tests no.test.ts: expected a test file',
  )
})

it('says what to run where there are none, or no more', () => {
  const root = folder([ORDERS], [])
  expect(() => findTests(root, { route: 'POST /orders', tests: [] })).toThrow('no tests of POST /orders found')
  expect(() => findOnlyRoute(root)).toThrow('found none named and no generated tests')
})

it('takes the only route for the one that is meant', () => {
  expect(findOnlyRoute(folder([ORDERS], [ORDERS.file]))).toBe('POST /orders')
  const two = folder([ORDERS, USERS], [ORDERS.file, USERS.file])
  expect(() => findOnlyRoute(two)).toThrow('generated tests of 2 routes')
})

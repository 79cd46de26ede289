import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findOnlyRoute, findTests } from '../../src/prove/find-tests.ts'

/** A folder with records of tests; of those in `present`, the test is there as well. */
function folder(records: Readonly<Record<string, object>>, present: readonly string[]): string {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-find-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const files = Object.entries(records).map(([file, record]) => [`.itest/${file}`, JSON.stringify(record)] as const)
  for (const [file, text] of [...files, ...present.map((file) => [file, ''] as const)]) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  return root
}

const ORDERS = { file: 'tests/orders.test.ts', route: 'POST /orders' }
const USERS = { file: 'tests/users.test.ts', route: 'GET /users' }

it('finds the tests that were generated for a route', () => {
  const root = folder({ 'harness.json': { schema: 'x' }, 'tests/a.json': ORDERS, 'tests/b.json': USERS }, [
    ORDERS.file,
    USERS.file,
  ])
  expect(findTests(root, { route: 'POST /orders', tests: [] })).toEqual([path.join(root, ORDERS.file)])
  expect(findTests(root, { route: 'POST /orders', tests: [USERS.file] })).toEqual([path.join(root, USERS.file)])
  expect(() => findTests(root, { route: 'POST /orders', tests: ['no.test.ts'] })).toThrow(
    '--tests no.test.ts: expected a test file',
  )
})

it('says what to run where there are none, or no more', () => {
  const root = folder({ 'tests/a.json': ORDERS }, [])
  expect(() => findTests(root, { route: 'POST /orders', tests: [] })).toThrow('no tests of POST /orders found')
  expect(() => findOnlyRoute(root)).toThrow('found none named and no generated tests')
})

it('takes the only route for the one that is meant', () => {
  expect(findOnlyRoute(folder({ 'tests/a.json': ORDERS }, [ORDERS.file]))).toBe('POST /orders')
  const two = folder({ 'tests/a.json': ORDERS, 'tests/b.json': USERS }, [ORDERS.file, USERS.file])
  expect(() => findOnlyRoute(two)).toThrow('generated tests of 2 routes')
})

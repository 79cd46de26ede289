import { expect, it } from 'vitest'
import { toFiles } from './case.ts'
import { broken } from './cases/broken.ts'
import { green } from './cases/green.ts'
import { onDatabase } from './cases/on-database.ts'
import { onExpress4 } from './cases/on-express-4.ts'
import { red } from './cases/red.ts'
import { DATABASE_SHOP } from './database-project.ts'
import { judgeCases } from './judge-cases.ts'
import { PLAIN_SHOP } from './plain-project.ts'

const LIMIT_MS = 600_000
// Another Vitest is asked for all that is asked of ours, and again.
const EVERYTHING = process.env.ITEST_TEST_MODULES !== undefined

const all = [...toFiles('red', red), ...toFiles('broken', broken), ...toFiles('green', green)]

it('calls every test of an app without a database by its name', { timeout: LIMIT_MS }, async () => {
  const files = all.filter(({ labels }) => EVERYTHING || !Object.values(labels).includes('flaky'))

  const { found, wanted } = await judgeCases(files, { project: PLAIN_SHOP, runs: EVERYTHING ? 3 : 1 })

  expect(found).toEqual(wanted)
  expect(files.length).toBeGreaterThan(60)
})

it('runs what is red again, in another order, and says what differs', { timeout: LIMIT_MS }, async () => {
  const files = all.filter(({ file }) => /flaky|volatile|missing-by-title|red-1|hook-before-each/.test(file))

  const { found, wanted, tests } = await judgeCases(files, { project: PLAIN_SHOP, runs: 3 })

  expect(found).toEqual(wanted)
  const flaky = tests.find(({ verdict }) => verdict === 'flaky')
  expect(flaky?.reason).toMatch(/it failed, and passed|in run 1; .* in run [23], in another order/)
})

it('calls tests of an app with a database by their names', { timeout: LIMIT_MS }, async () => {
  const { found, wanted } = await judgeCases(toFiles('database', onDatabase), { project: DATABASE_SHOP, runs: 2 })

  expect(found).toEqual(wanted)
})

it('calls tests of an Express 4 app by their names', { timeout: LIMIT_MS }, async () => {
  const files = toFiles('express-4', onExpress4)

  const { found, wanted, tests } = await judgeCases(files, { project: PLAIN_SHOP, runs: 1, express: 'express4' })

  expect(found).toEqual(wanted)
  expect(tests.find(({ class: kind }) => kind === 'hang')?.reason).toContain('out of milk')
})

it('keeps the projects of a config, with their setup files and globals', { timeout: LIMIT_MS }, async () => {
  const config = `export default { test: { projects: [
  { test: { name: 'unit', include: ['tests/unit/**'] } },
  { test: { name: 'running', include: ['tests/running/**/*.test.js'], globals: true, setupFiles: ['./tests/prepare.js'] } },
] } }`
  const code = `import request from 'supertest'
import { app } from '../../src/app.js'
it('is judged', async () => { expect((await request(app).get('/health')).status).toBe(globalThis.wanted) })`
  const project = {
    ...PLAIN_SHOP,
    'vitest.config.js': config,
    'tests/prepare.js': 'beforeEach(() => { globalThis.wanted = 201 })\n',
  }

  const { found, wanted } = await judgeCases(
    [{ file: 'tests/running/health.test.js', code, labels: { '*': 'red assertion' } }],
    { project, runs: 1 },
  )

  expect(found).toEqual(wanted)
})

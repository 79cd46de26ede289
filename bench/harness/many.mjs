// 500 tests of one route in one run: is each as isolated as if it were alone, and what does one cost? Every test stores
// the same parcel, which a row that another test left would refuse, and counts what is there. Build first.
// Usage: node bench/harness/many.mjs [tests] [files]
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyFixture, generateAll } from './fixture-copies.mjs'

const TESTS = Number(process.argv[2] ?? 500)
const FILES = Number(process.argv[3] ?? 10)

const base = mkdtempSync(join(tmpdir(), 'itest-many-'))
const root = copyFixture('orders', base)
// For .itest/harness.json and the Vitest config.
generateAll(root, { ...process.env, ANTHROPIC_API_KEY: '' })
const folder = join(root, 'tests/integration')
for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
mkdirSync(folder, { recursive: true })
for (let file = 0; file < FILES; file += 1)
  writeFileSync(join(folder, `many-${file}.test.ts`), writeFile(TESTS / FILES))

const empty = run(['--testNamePattern=nothing-of-that-name', '--passWithNoTests'])
const all = run([])
const perTest = (all.seconds - empty.seconds) / TESTS
console.log(`${all.passed} of ${TESTS} tests in ${FILES} files passed in ${all.seconds.toFixed(1)} s on two workers`)
console.log(`  of that ${empty.seconds.toFixed(1)} s to load the files without running a test`)
console.log(
  `  ${(1000 * perTest).toFixed(1)} ms per test; Vitest's own count, one after another: ${all.median.toFixed(1)} ms in the median`,
)
rmSync(base, { recursive: true, force: true })
process.exit(all.passed === TESTS ? 0 : 1)

function writeFile(count) {
  return `import request from 'supertest'
import { db, faults, stub } from 'itest-gen'
import { expect, it } from 'vitest'
import { app } from '../../src/app.js'
import { orders } from '../../src/db/schema.js'
const payments = stub('https://api.payments.example')
const order = { userId: 'u1', amountCents: 100, idempotencyKey: 'k1' }
for (let number = 0; number < ${count}; number += 1) {
  it('is alone, number ' + number, async () => {
    payments.on('POST', '/v1/*').reply(200, { id: 'ch_1', status: 'succeeded' })
    if (number % 5 === 0) await faults.on(orders, 'insert').fail()
    const res = await request(app).post('/orders').send(order)
    expect(res.status).toBe(number % 5 === 0 ? 503 : 201)
    expect(await db.select().from(orders)).toHaveLength(number % 5 === 0 ? 0 : 1)
    expect(payments.calls).toHaveLength(1)
  })
}
`
}

function run(args) {
  const output = join(base, 'results.json')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const started = performance.now()
  const { stdout } = spawnSync(
    process.execPath,
    [vitest, 'run', '--maxWorkers=2', '--reporter=json', `--outputFile=${output}`, ...args],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  const seconds = (performance.now() - started) / 1000
  const results = JSON.parse(readFileSync(output, 'utf8'))
  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = tests.find(({ status }) => status === 'failed')
  if (failed) console.log(failed.fullName, failed.failureMessages[0], stdout)
  const durations = tests.map(({ duration }) => duration ?? 0).toSorted((a, b) => a - b)
  return { seconds, passed: results.numPassedTests, median: durations[Math.floor(durations.length / 2)] ?? 0 }
}

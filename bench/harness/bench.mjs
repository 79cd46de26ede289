// What the harness costs, against what it may: an engine with a warm cache, and what the plugin adds to `vitest run` of a
// trivial test and of one that also imports an app. Build first.
// Usage: node bench/harness/bench.mjs [rounds]
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPostgresDatabase } from '../../dist/harness/database/postgres-database.js'
import { prepareTemplate } from '../../dist/harness/database/template.js'
import { startEngine } from '../../dist/harness/engine/engine.js'
import { createBoard } from '../../dist/harness/faults/board.js'
import { repository } from './fixture-copies.mjs'
import { median, printTime } from './measure.mjs'

const ROUNDS = Number(process.argv[2] ?? 7)

await measureStart('postgres', 300)
await measureStart('pglite', 2000)
measurePlugin('a trivial test', trivial(), 400)
measurePlugin('a trivial test that imports an app', `import './app.js'\n${trivial()}`)
process.exit()

async function measureStart(preference, limit) {
  // They end together: ext4 passes by the inodes of files deleted in the last minutes one by one, so that a start right
  // after the end of another takes several times as long.
  const engines = [await startEngine({ preference })]
  const [ready, made, copied] = [[], [], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    const engine = await spend(ready, () => startEngine({ preference }))
    const template = await spend(made, () => prepareTemplate(engine, schema()))
    const database = await openPostgresDatabase({
      name: 'bench',
      publicName: 'bench',
      board: createBoard(() => null),
      ask: async () => ({ template, prefix: 'itest_' }),
    })
    await spend(copied, () => database.open())
    engines.push(engine)
  }
  for (const engine of engines) await engine.stop()
  printTime(`${preference}: engine ready`, median(ready), limit)
  printTime('  tables made, once per run', median(made))
  printTime('  database of a test file', median(copied))
}

async function spend(times, run) {
  const from = performance.now()
  const result = await run()
  times.push(performance.now() - from)
  return result
}

function schema() {
  return { statements: [{ file: 'bench', number: 1, sql: 'CREATE TABLE orders (id serial PRIMARY KEY)' }], journal: [] }
}

function trivial() {
  return "import { expect, it } from 'vitest'\nit('adds', () => expect(1 + 1).toBe(2))"
}

/** In turns, so that both see the same load; what counts is the difference within each turn. */
function measurePlugin(what, test, limit) {
  const roots = [false, true].map((hasPlugin) => makeProject(hasPlugin, test))
  const spent = Array.from({ length: ROUNDS }, () => roots.map(runVitest))
  for (const root of roots) rmSync(root, { recursive: true })
  printTime(`vitest run of ${what}, without the plugin`, median(spent.map(([without]) => without.wall)))
  printTime('  what the plugin adds', median(spent.map(([without, with_]) => with_.wall - without.wall)), limit)
  const cpu = median(spent.map(([without, with_]) => with_.cpu - without.cpu))
  if (Number.isFinite(cpu)) console.log(`  of CPU time ${cpu.toFixed(0)} ms, on whatever number of cores`)
}

function makeProject(hasPlugin, test) {
  const root = mkdtempSync(join(tmpdir(), 'itest-bench-'))
  for (const folder of ['.itest', 'drizzle']) mkdirSync(join(root, folder))
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  const database = { dialect: 'postgres', urlVariables: [], partVariables: {}, migrations: 'drizzle', schemaFiles: [] }
  const files = {
    'package.json': '{ "type": "module" }',
    '.itest/harness.json': JSON.stringify({ schema: 'itest.harness/1', database, environment: {} }),
    'drizzle/0000.sql': 'CREATE TABLE orders (id serial PRIMARY KEY)',
    'vitest.config.js': hasPlugin
      ? "import { itest } from 'itest-gen/vitest'\nexport default { plugins: [itest()] }"
      : 'export default {}',
    'app.js': `import { drizzle } from 'drizzle-orm/node-postgres'
import express from 'express'
import pg from 'pg'
const db = drizzle(new pg.Pool({ connectionString: process.env.DATABASE_URL }))
export const app = express().get('/', async (req, res) => { res.json(await db.execute('SELECT 1')) })`,
    'one.test.js': test,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  return root
}

function runVitest(root) {
  const [from, before] = [performance.now(), readChildTime()]
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stdout + stderr)
  return { wall: performance.now() - from, cpu: readChildTime() - before }
}

/** What children that have ended took of the CPUs, in milliseconds, by ticks of 10; NaN where it is not told. */
function readChildTime() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return 10 * (Number(fields[13]) + Number(fields[14]))
  } catch {
    return Number.NaN
  }
}

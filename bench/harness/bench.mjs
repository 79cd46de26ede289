// What the harness costs, against what it may: an engine with a warm cache, the reset of a test, and what the plugin adds
// to `vitest run` of a trivial test. Build first. Medians, divided by how much slower than alone the machine was meanwhile.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPostgresDatabase } from '../../dist/harness/database/postgres-database.js'
import { prepareTemplate } from '../../dist/harness/database/template.js'
import { startEngine } from '../../dist/harness/engine/engine.js'
import { createBoard } from '../../dist/harness/faults/board.js'
import { repository } from './fixture-copies.mjs'

const ROUNDS = Number(process.argv[2] ?? 7)
const RESETS = 300

await measureStart('postgres', 300)
await measureStart('pglite', 2000)
const engine = await startEngine({ preference: 'postgres' })
await measureReset(3, 1)
await measureReset(60, 10)
await engine.stop()
measurePlugin(400)
process.exit()

async function measureStart(preference, limit) {
  await (await startEngine({ preference })).stop()
  const [ready, template, copy] = [[], [], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = await spend(ready, () => startEngine({ preference }))
    const made = await spend(template, () => prepareTemplate(started, tables(1)))
    await spend(copy, () => openFile(made, 'itest_bench'))
    await started.stop()
  }
  print(`${preference}: engine ready`, median(ready), limit)
  print('  tables made, once per run', median(template))
  print('  database of a test file', median(copy))
}

async function measureReset(count, limit) {
  const template = await prepareTemplate(engine, tables(count))
  const name = `itest_bench_${count}`
  const { side, reset } = await openFile(template, name)
  const spent = []
  for (let round = 0; round < RESETS; round += 1) {
    await side.execute("INSERT INTO t0 (a) VALUES ('x')")
    await spend(spent, reset)
  }
  print(`reset of ${count} tables`, median(spent), limit)
}

function openFile(template, name) {
  return openPostgresDatabase({ template, name, board: createBoard(() => null) })
}

async function spend(times, run) {
  const from = performance.now()
  const result = await run()
  times.push(performance.now() - from)
  return result
}

function tables(count) {
  const statements = Array.from({ length: count }, (_, number) => ({
    file: 'bench',
    number,
    sql: `CREATE TABLE t${number} (id serial PRIMARY KEY, a text)`,
  }))
  return { statements, journal: [] }
}

/** In turns, so that both see the same load. */
function measurePlugin(limit) {
  const spent = [[], []]
  const roots = [false, true].map(makeProject)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, root] of roots.entries()) spent[index].push(runVitest(root))
  }
  for (const root of roots) rmSync(root, { recursive: true })
  const [without, with_] = spent.map(median)
  print('vitest run of a trivial test, without the plugin', without)
  print('  what the plugin adds', with_ - without, limit)
}

function makeProject(hasPlugin) {
  const root = mkdtempSync(join(tmpdir(), 'itest-bench-'))
  for (const folder of ['.itest', 'drizzle']) mkdirSync(join(root, folder))
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  const plugins = hasPlugin ? '[itest()]' : '[]'
  const database = { dialect: 'postgres', urlVariables: [], partVariables: {}, migrations: 'drizzle', schemaFiles: [] }
  const files = {
    'package.json': '{ "type": "module" }',
    '.itest/harness.json': JSON.stringify({ schema: 'itest.harness/1', database, environment: {} }),
    'drizzle/0000.sql': 'CREATE TABLE orders (id serial PRIMARY KEY)',
    'vitest.config.js': `import { itest } from 'itest-gen/vitest'\nexport default { plugins: ${plugins} }`,
    'one.test.js': "import { expect, it } from 'vitest'\nit('adds', () => expect(1 + 1).toBe(2))",
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  return root
}

function runVitest(root) {
  const from = performance.now()
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stdout + stderr)
  return performance.now() - from
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** How many times longer a busy loop takes than it works. */
function readSlowdown() {
  const [from, before] = [performance.now(), process.cpuUsage()]
  const worked = () => {
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  while (worked() < 150_000);
  return Math.max(1, (performance.now() - from) / 150)
}

function print(what, measured, limit) {
  const slowdown = readSlowdown()
  const milliseconds = measured / slowdown
  const verdict = limit === undefined ? '' : `  (at most ${limit} ms${milliseconds > limit ? ': OVER' : ''})`
  console.log(
    `${what.padEnd(50)} ${milliseconds.toFixed(1).padStart(8)} ms, slowed down x${slowdown.toFixed(1)}${verdict}`,
  )
}

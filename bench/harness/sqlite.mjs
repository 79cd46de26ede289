// What SQLite costs a test: the engine, the copy for a test file, the reset of 3 and 60 tables that begin with rows, and a
// statement of the app, watched. Build first; better-sqlite3 must be installed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { redirectSqlite } from '../../dist/harness/database/sqlite/redirect.js'
import { openSqliteDatabase } from '../../dist/harness/database/sqlite-database.js'
import { prepareTemplate } from '../../dist/harness/database/template.js'
import { startEngine } from '../../dist/harness/engine/engine.js'
import { createBoard } from '../../dist/harness/faults/board.js'
import { median } from './measure.mjs'

const ROUNDS = 500
const root = fileURLToPath(new URL('../../', import.meta.url))
const database = { dialect: 'sqlite', driver: 'better-sqlite3', urlVariables: [], migrations: null, schemaFiles: [] }
const project = { root, facts: { database, environment: {} } }

const started = performance.now()
const engine = await startEngine({ preference: 'auto', project })
print('engine ready', performance.now() - started)
redirectSqlite(join(engine.folder, 'before.sqlite'))
for (const count of [3, 60]) await measure(count)
await engine.stop()

async function measure(count) {
  const statements = Array.from({ length: count }, (_, number) => ({
    file: 'bench',
    number,
    sql: `CREATE TABLE t${number} (id integer PRIMARY KEY AUTOINCREMENT, a text);
      CREATE INDEX i${number} ON t${number} (a); INSERT INTO t${number} (a) VALUES ('seed')`,
  }))
  const template = await prepareTemplate(engine, { statements, journal: [] })
  const before = performance.now()
  const opened = await openSqliteDatabase({
    name: `bench-${count}`,
    publicName: '',
    board: createBoard(() => null),
    ask: async () => ({ template, prefix: 'itest_' }),
  })
  print(`copy of ${count} tables`, performance.now() - before)
  const folder = mkdtempSync(join(tmpdir(), 'itest-bench-'))
  const { default: Database } = await import('better-sqlite3')
  const app = new Database(join(folder, 'app.db'))
  const insert = app.prepare('INSERT INTO t1 (a) VALUES (?)')
  const [resets, inserts] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    inserts.push(time(() => insert.run('x')))
    const start = performance.now()
    await opened.reset()
    resets.push(performance.now() - start)
  }
  print('  statement of the app', median(inserts))
  print('  reset', median(resets))
  app.close()
  rmSync(folder, { recursive: true })
}

function time(run) {
  const start = performance.now()
  run()
  return performance.now() - start
}

function print(what, milliseconds) {
  console.log(`${what.padEnd(24)} ${milliseconds.toFixed(2)} ms`)
}

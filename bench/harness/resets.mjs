// What the reset before each test costs on each kind of database, with 3 tables and with 60, when the test before wrote to
// one of them and when it wrote to all. Build first; a kind whose server or package is missing is left out.
// Usage: node bench/harness/resets.mjs [rounds]
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openMysqlDatabase } from '../../dist/harness/database/mysql-database.js'
import { openPostgresDatabase } from '../../dist/harness/database/postgres-database.js'
import { redirectSqlite } from '../../dist/harness/database/sqlite/redirect.js'
import { openSqliteDatabase } from '../../dist/harness/database/sqlite-database.js'
import { prepareTemplate } from '../../dist/harness/database/template.js'
import { startEngine } from '../../dist/harness/engine/engine.js'
import { createBoard } from '../../dist/harness/faults/board.js'
import { median, printTime } from './measure.mjs'

const ROUNDS = Number(process.argv[2] ?? 200)
const LIMITS = { 3: 1, 60: 10 }
const root = fileURLToPath(new URL('../../', import.meta.url))
const KINDS = {
  postgres: { open: openPostgresDatabase, key: 'serial PRIMARY KEY' },
  sqlite: { open: openSqliteDatabase, key: 'integer PRIMARY KEY AUTOINCREMENT' },
  mysql: { open: openMysqlDatabase, key: 'int AUTO_INCREMENT PRIMARY KEY' },
}

for (const [dialect, kind] of Object.entries(KINDS)) {
  const engine = await start(dialect).catch(({ message }) => console.log(`${dialect}: left out, ${message}`))
  if (!engine) continue
  if (dialect === 'sqlite') redirectSqlite(join(engine.folder, 'before.sqlite'))
  for (const count of [3, 60]) await measure(engine, { dialect, count, ...kind })
  await engine.stop()
}
process.exit()

function start(dialect) {
  const database = { dialect, driver: 'better-sqlite3', urlVariables: [], migrations: null, schemaFiles: [] }
  return startEngine({ preference: 'auto', project: { root, facts: { database, environment: {} } } })
}

async function measure(engine, { dialect, count, open, key }) {
  const template = await prepareTemplate(engine, { statements: tables(count, key), journal: [] })
  const database = await open({
    name: `bench_${count}`,
    publicName: 'bench',
    board: createBoard(() => null),
    ask: async () => ({ template, prefix: 'itest_' }),
  })
  await database.open()
  for (const written of [1, count]) {
    const sql = Array.from({ length: written }, (_, number) => `INSERT INTO t${number} (a) VALUES ('x')`).join(';')
    const [resets, trips] = [[], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      await spend(trips, () => database.side.query('SELECT 1', [], 'array'))
      await database.side.execute(sql)
      await spend(resets, () => database.reset())
    }
    printTime(`${dialect}: reset of ${count} tables, ${written} written`, median(resets), LIMITS[count])
    console.log(`  ${median(trips).toFixed(2)} ms for SELECT 1, so x${(median(resets) / median(trips)).toFixed(1)}`)
  }
}

async function spend(times, run) {
  const from = performance.now()
  await run()
  times.push(performance.now() - from)
}

function tables(count, key) {
  return Array.from({ length: count }, (_, number) => ({
    file: 'bench',
    number,
    sql: `CREATE TABLE t${number} (id ${key}, a varchar(100))`,
  }))
}

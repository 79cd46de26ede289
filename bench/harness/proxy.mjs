// What the fault proxy costs: the same statements directly and through it, one after another, and the reset of three
// tables. Build first. Only the ratio of the two columns means something on a busy machine.
import pg from 'pg'
import { PREPARE_RESET, RESETS } from '../../dist/harness/database/reset.js'
import { startEngine } from '../../dist/harness/engine/engine.js'
import { createBoard } from '../../dist/harness/faults/board.js'
import { startProxy } from '../../dist/harness/faults/postgres/proxy.js'
import { armFault } from '../../dist/harness/faults/rules.js'
import { median } from './measure.mjs'

const ROUNDS = 2000

const engine = await startEngine({ preference: 'postgres' })
const serverPort = Number(new URL(engine.url).port)
const board = createBoard(() => null)
const proxy = await startProxy(
  async () => ({
    host: '127.0.0.1',
    port: serverPort,
    user: 'postgres',
    password: '',
    database: 'postgres',
    tls: null,
  }),
  board,
)
const [direct, proxied] = await Promise.all([serverPort, proxy.port].map(connect))

await direct.query(`create table customers (id serial primary key, name text);
  create table orders (id serial primary key, sku text); create table lines (id serial primary key, sku text)`)
await direct.query(PREPARE_RESET)

const statements = {
  'select 1': { text: 'select 1' },
  'insert with parameters': { text: 'insert into orders (sku) values ($1) returning *', values: ['a'] },
  'read 1000 rows': { text: 'select n, repeat($1, 20) from generate_series(1, 1000) n', values: ['x'], rounds: 200 },
}
for (const [name, statement] of Object.entries(statements)) await compare(name, statement)
board.faults.push(
  armFault(
    { table: { schema: null, name: 'lines' }, operation: 'insert', nth: null, row: null },
    { kind: 'cut', when: 'before' },
  ),
)
await compare('insert, a fault armed elsewhere', statements['insert with parameters'])
await measureReset()
await Promise.all([direct.end(), proxied.end()])
await engine.stop()
process.exit()

async function connect(port) {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
  await client.connect()
  return client
}

/** In turns, so that both see the same load. */
async function compare(name, { rounds = ROUNDS, ...query }) {
  const spent = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, client] of [direct, proxied].entries()) {
      const from = performance.now()
      await client.query(query)
      spent[index].push(performance.now() - from)
    }
    board.queries = []
  }
  const [own, through] = spent.map(median)
  const numbers = `${own.toFixed(3)} ms directly, ${through.toFixed(3)} ms through the proxy`
  console.log(`${name.padEnd(34)}${numbers}, +${(through - own).toFixed(3)} ms, x${(through / own).toFixed(2)}`)
}

async function measureReset() {
  // Without the dead rows of the rounds before: a test leaves a few.
  await direct.query('truncate customers, orders, lines')
  const spent = []
  for (let round = 0; round < ROUNDS / 4; round += 1) {
    await direct.query('insert into orders (sku) values (1)')
    const from = performance.now()
    await direct.query(RESETS.replica)
    spent.push(performance.now() - from)
  }
  console.log(`${'reset of 3 tables'.padEnd(34)}${median(spent).toFixed(3)} ms`)
}

import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { NO_SETTINGS } from '../../src/config/settings.ts'
import { startEngine } from '../../src/harness/engine/engine.ts'
import { findProjectFacts } from '../../src/harness/find-project-facts.ts'
import { tryMutants } from '../../src/prove/try-mutants.ts'
import { copyFixture } from '../support/copy-fixture.ts'
import { mutant } from '../support/proof-factory.ts'

const FILE = 'src/routes/orders.ts'
const TEST = 'tests/orders.test.ts'

/** With a step of 0 it never ends, and asks for no mutant on the way. */
const LOOP = `
  const step = 1
  for (let left = 2; left > 0; left -= step) Math.random()

  if (!userId`

const CODE = `import request from 'supertest'
import { expect, it } from 'vitest'
import { app } from '../src/app.js'

it('answers 400 without a user', async () => {
  const res = await request(app).post('/orders').send({ amountCents: 1 })
  expect(res.status).toBe(400)
})
`

it('ends a worker that a bug keeps busy for ever, and goes on behind it', { timeout: 60_000 }, async () => {
  const copy = copyFixture('orders')
  onTestFinished(() => copy.remove())
  copy.patch(FILE, '\n  if (!userId', LOOP)
  copy.write(TEST, CODE)
  const text = copy.read(FILE)
  const swap = (id: number, from: string, to: string) => {
    const start = text.indexOf(from)
    return mutant({ id, file: FILE, edits: [{ start, end: start + from.length, text: to, as: 'expression' }] })
  }
  const facts = await findProjectFacts(copy.root, NO_SETTINGS)
  const signal = new AbortController().signal
  const engine = await startEngine({ preference: 'auto', project: { root: copy.root, facts }, signal })
  onTestFinished(() => engine.stop())

  const { events, stuck, baseline } = await tryMutants({
    root: copy.root,
    route: { method: 'POST', path: '/orders' },
    tests: [path.join(copy.root, TEST)],
    mutants: [swap(1, '1', '0'), swap(2, '400', '200')],
    texts: new Map([[FILE, text]]),
    engine,
    settings: { file: null, env: {} },
    signal,
    onProgress: () => {},
    slackMs: 1000,
  })

  expect([...stuck]).toEqual([1])
  expect(baseline.tests.map(({ name, verdict }) => [name, verdict.status])).toEqual([
    ['answers 400 without a user', 'green'],
  ])
  const said = events.flatMap((event) => (event.kind === 'tried' ? [[event.mutant, event.said.length]] : []))
  expect(said).toEqual([[2, 1]])
})

// What the benches of prove run on: a copy of fixtures/orders with its generated tests, without the one that is red,
// because StrykerJS refuses to begin with a red test.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_SETTINGS } from '../../dist/config/settings.js'
import { startEngine } from '../../dist/harness/engine/engine.js'
import { findProjectFacts } from '../../dist/harness/find-project-facts.js'
import { findMutants } from '../../dist/prove/find-mutants.js'
import { readRoute } from '../../dist/scan/read-project.js'
import { copyFixture, repository } from '../harness/fixture-copies.mjs'

export const CLI = join(repository, 'dist/cli.js')
export const ROUTE = { method: 'POST', path: '/orders' }
export const TEST = 'tests/integration/post-orders.test.ts'

export function makeSample() {
  const folder = mkdtempSync(join(tmpdir(), 'itest-prove-'))
  const root = copyFixture('orders', folder)
  spawnSync(process.execPath, [CLI, 'gen', ROUTE.method, ROUTE.path, '--root', root])
  const file = join(root, TEST)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, `${text.slice(0, text.indexOf("  it('[idempotent-retry]")).trimEnd()}\n})\n`)
  return { folder, root }
}

/** What `tryMutants` needs, with the texts of all files that have mutants. */
export async function prepareTrials(root) {
  const { dossier } = await readRoute(root, { ...ROUTE, whole: true }, { app: null, cache: false })
  const read = (file) => readFileSync(join(root, file), 'utf8')
  const mutants = findMutants(dossier, read)
  const texts = new Map([...new Set(mutants.map(({ file }) => file))].map((file) => [file, read(file)]))
  const engine = await startEngine({
    preference: 'auto',
    project: { root, facts: await findProjectFacts(root, NO_SETTINGS) },
  })
  const signal = new AbortController().signal
  const settings = { file: null, env: {} }
  const tests = [join(root, TEST)]
  return { root, route: ROUTE, tests, mutants, texts, engine, settings, signal, onProgress: () => {} }
}

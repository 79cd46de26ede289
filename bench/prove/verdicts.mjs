// Are the verdicts of one worker that is every mutant those of rewriting the file and starting anew? For all mutants of
// a copy of fixtures/orders, each in a run of its own. Takes minutes. Build first.
// Usage: node bench/prove/verdicts.mjs
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { classifyTest } from '../../dist/classify.js'
import { buildProof } from '../../dist/prove/prove-report.js'
import { rewrite } from '../../dist/prove/schemata.js'
import { tryMutants } from '../../dist/prove/try-mutants.js'
import { runTests } from '../../dist/run/run.js'
import { makeSample, prepareTrials, ROUTE } from './sample.mjs'

const { folder, root } = makeSample()
const trials = await prepareTrials(root)
const told = await tryMutants(trials)
const { engine } = trials
const { mutants } = buildProof({
  route: ROUTE,
  mutants: trials.mutants,
  told,
  engine: engine.facts,
  timings: {},
  minScore: null,
})
const tried = mutants.filter(({ status }) => status !== 'equivalent' && status !== 'invalid')
let different = 0
for (const judged of tried) {
  const mutant = trials.mutants.find(({ id }) => id === judged.id)
  const file = join(root, mutant.file)
  const text = trials.texts.get(mutant.file)
  writeFileSync(file, rewrite(text, mutant))
  const rerun = await runAnew()
  writeFileSync(file, text)
  const [first] = judged.killedBy
  const isSame = judged.status === 'killed' ? rerun.red.includes(first.name) : rerun.red.length === 0
  if (isSame) continue
  different += 1
  console.log(
    `${judged.file}:${judged.line} ${judged.change}: ${judged.status} by ${first?.name}, anew red: ${rerun.red.join('; ')}`,
  )
}
console.log(`${tried.length - different} of ${tried.length} verdicts are those of rewriting and starting anew`)
await engine.stop()
rmSync(folder, { recursive: true, force: true })
process.exit(different === 0 ? 0 : 1)

async function runAnew() {
  const { signal, tests: files } = trials
  const facts = await runTests({ root, files, engine, route: ROUTE, ablate: false, timeoutMs: 120_000, signal })
  const names = told.baseline.tests.map(({ name }) => name)
  return {
    red: names.filter((name) => classifyTest(facts, name.split(' > ').at(-1), { ablated: true }).status === 'red'),
  }
}

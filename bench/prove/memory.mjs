// What one worker holds over 500 mutants: those of a copy of fixtures/orders, again and again. Build first.
// Usage: node bench/prove/memory.mjs [mutants]
import { rmSync } from 'node:fs'
import { tryMutants } from '../../dist/prove/try-mutants.js'
import { makeSample, prepareTrials } from './sample.mjs'

const COUNT = Number(process.argv[2] ?? 500)
const MOST_GROWTH = 1.15

const { folder, root } = makeSample()
const trials = await prepareTrials(root)
// Survivors would wait for the timeout of the payment each time, and memory is not about that.
const own = trials.mutants.filter(({ equivalent, operator }) => equivalent === null && operator !== 'literal')
const mutants = Array.from({ length: COUNT }, (_, index) => ({ ...own[index % own.length], id: index + 1 }))
const { events } = await tryMutants({ ...trials, mutants, workers: 1 })
const memory = events.flatMap((event) => (event.kind === 'tried' ? [event.memory / 1e6] : []))
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const fifth = Math.floor(memory.length / 5)
for (let from = 0; from + fifth <= memory.length; from += fifth) {
  console.log(`mutants ${from + 1} to ${from + fifth}: ${mean(memory.slice(from, from + fifth)).toFixed(0)} MB`)
}
// The first ones warm it up.
const growth = mean(memory.slice(-fifth)) / mean(memory.slice(fifth, 2 * fifth))
console.log(`the last fifth holds x${growth.toFixed(2)} of the second${growth > MOST_GROWTH ? ': GROWS' : ''}`)
await trials.engine.stop()
rmSync(folder, { recursive: true, force: true })
process.exit(growth > MOST_GROWTH ? 1 : 0)

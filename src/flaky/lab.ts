import type { RoundFacts, Rounds } from '../run/rounds.ts'
import { loadCpu } from './load-cpu.ts'
import type { Outcome, ReadOutcomes } from './read-outcomes.ts'
import type { Condition, Counts } from './types.ts'

/** What one run is to be like. */
export interface Setting {
  readonly condition: Condition
  /** Relative to the root, in the order in which they begin. */
  readonly files: readonly string[]
  /** For `shuffled`. */
  readonly seed?: number
  /** Only these tests, in this order. */
  readonly order?: { readonly file: string; readonly keys: readonly string[] }
}

/** A test, or with `key: null` a file as a whole. */
export interface Target {
  readonly file: string
  readonly key: string | null
}

export interface Wanted {
  readonly times: number
  readonly until?: (counts: Counts) => boolean
}

/** Where runs take place, one after another. */
export interface Lab {
  /** All test files. */
  readonly files: readonly string[]
  /** How many runs came to an end. */
  readonly count: number
  run(setting: Setting): Promise<{ facts: RoundFacts; outcomes: readonly Outcome[] }>
  /** How often a target fails in so many runs, or in fewer when they are enough. */
  attempt(target: Target, setting: Setting, wanted: Wanted): Promise<Counts>
}

export function openLab(rounds: Rounds, { files, read }: { files: readonly string[]; read: ReadOutcomes }): Lab {
  let count = 0
  const run: Lab['run'] = async (setting) => {
    const stopLoad = setting.condition === 'loaded' ? loadCpu() : null
    try {
      const facts = await rounds.run({
        files: setting.files,
        order: setting.seed ?? null,
        orders: setting.order ? { [setting.order.file]: setting.order.keys } : {},
        shared: setting.condition === 'shared' ? `shared_${count + 1}_test` : null,
      })
      count += 1
      return { facts, outcomes: read(facts) }
    } finally {
      await stopLoad?.()
    }
  }
  return {
    files,
    get count() {
      return count
    },
    run,
    async attempt(target, setting, { times, until = () => false }) {
      let counts: Counts = { runs: 0, failed: 0 }
      for (let index = 0; index < times; index += 1) {
        if (until(counts)) break
        const { outcomes } = await run(setting)
        const outcome = outcomes.find(({ file, key }) => file === target.file && key === target.key)
        if (outcome) counts = { runs: counts.runs + 1, failed: counts.failed + (outcome.failure ? 1 : 0) }
      }
      return counts
    },
  }
}

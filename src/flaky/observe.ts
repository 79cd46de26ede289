import { UserError } from '../errors.ts'
import type { World } from '../pipeline.ts'
import { shuffled } from '../run/shuffle.ts'
import type { Lab } from './lab.ts'
import type { Observation } from './suspects.ts'
import type { Condition } from './types.ts'

export interface Observed {
  /** What gives the same orders again. */
  readonly seed: number
  readonly observations: readonly Observation[]
  /** Whether files could be made to share what they share outside of itest. */
  readonly hasShared: boolean
  /** Runs that gave no result. */
  readonly lost: readonly string[]
  readonly vitest: string
}

/** The runs that were asked for, each under one condition. Ends early, with what there is, when the user interrupts it. */
export async function observe(
  lab: Lab,
  { runs, seed: first }: { runs: number; seed: number },
  { progress, signal }: World,
): Promise<Observed> {
  const observations: Observation[] = []
  const lost: string[] = []
  const nextSeed = createSeeds(first)
  let vitest = ''
  let hasShared = false
  for (let run = 0; run < runs && !signal.aborted; run += 1) {
    const condition = chooseCondition(run, hasShared)
    const next = nextSeed()
    const seed = condition === 'shuffled' ? next : null
    const isInOrder = condition === 'written' || condition === 'loaded'
    const files = isInOrder ? lab.files : shuffled(lab.files, next)
    progress(`running the tests: ${run + 1} of ${runs}`)
    try {
      const { facts, outcomes } = await lab.run({ condition, files, ...(seed === null ? {} : { seed }) })
      if (facts.vitest !== 'unknown') vitest = facts.vitest
      if (run === 0) hasShared = facts.mayShare && lab.files.length > 1
      if (facts.reason === null && outcomes.length === 0) lost.push(describeLost(facts.unhandled[0]?.error.message))
      observations.push({ condition, seed, outcomes })
    } catch (error) {
      if (!signal.aborted) throw error
    }
    // Nothing came of the first runs: it would be so a hundred times.
    if (lost.length > 2 && lost.length === observations.length) {
      throw new UserError(`expected results of the tests, found none: ${lost[0]}`, {
        hint: 'Run them with `npx vitest run` first: this command looks for tests that fail now and then.',
      })
    }
  }
  return { seed: first, observations, hasShared, lost, vitest }
}

/** Numbers that are easy to copy, the same ones for the same first one (Lehmer's generator). */
function createSeeds(first: number): () => number {
  let state = first
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state % 100_000
  }
}

function describeLost(message = 'the run ended without a result'): string {
  return message.split('\n')[0] ?? message
}

/** The first run is as the tests stand. Even few runs bring every condition. */
function chooseCondition(run: number, hasShared: boolean): Condition {
  const cycle = ['written', 'shuffled', 'loaded', hasShared ? 'shared' : 'shuffled'] as const
  return cycle[run % cycle.length] ?? 'written'
}

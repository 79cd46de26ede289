import { nameDecision } from '../facts/one-sided.ts'
import type { Decision, Scenario } from '../types.ts'

/** One way through a piece of code that is to be looked at: these answers first, then the preferred ones. */
export interface Way {
  readonly answers: readonly boolean[]
  /** The way with whose last given answer turned this one begins. */
  readonly from: Seen | null
}

/** A way that was looked at. */
interface Seen {
  readonly scenario: Scenario
  readonly given: number
  readonly turned: (Seen | null)[]
  shown: string | null
}

export interface Ways {
  /** The next way to look at when so many more may be looked at; null: none is left that is worth it. */
  readonly next: (room: number) => Way | null
  /** Keeps a way that was looked at, and queues what begins as it does and then turns one answer. */
  readonly add: (way: Way, answers: readonly boolean[], scenario: Scenario) => void
  /** All that were looked at: first the preferred one, then those with one answer turned, and so on. */
  readonly seen: () => Scenario[]
  readonly left: () => { readonly fresh: number; readonly repeated: number }
}

/**
 * The order in which ways are looked at, should there be too many: every decision is turned once before any is turned
 * again. Where a turned answer changed nothing of what happens, turning those after it once more comes last, and only when
 * there is room for all of it.
 */
export function createWays(): Ways {
  const queues: Way[][] = [[{ answers: [], from: null }]]
  const repeated: Way[] = []
  const turns = new Map<string, number>()
  let root: Seen | null = null

  const queue = (way: Way, decision: Decision | undefined): void => {
    const key = decision ? nameDecision(decision) : ''
    const turn = (turns.get(key) ?? 0) + 1
    turns.set(key, turn)
    while (queues.length <= turn) queues.push([])
    queues[turn]?.push(way)
  }

  return {
    next: (room) => {
      const fresh = queues.find(({ length }) => length > 0)?.shift()
      return fresh ?? (repeated.length <= room ? repeated.shift() : null) ?? null
    },
    add: (way, answers, scenario) => {
      const given = way.answers.length
      const seen: Seen = { scenario, given, turned: [], shown: null }
      if (way.from) way.from.turned[given - 1] = seen
      else root = seen
      const known = way.from ? countRepeated(way.from, seen) : 0
      for (let index = given; index < answers.length; index += 1) {
        const turned = { answers: [...answers.slice(0, index), !answers[index]], from: seen }
        if (index >= answers.length - known) repeated.push(turned)
        else queue(turned, scenario.decisions[index])
      }
    },
    seen: () => listInOrder(root),
    left: () => ({ fresh: queues.flat().length, repeated: repeated.length }),
  }
}

/** How many decisions at the end are those of the way it comes from; none unless all happens as there. */
function countRepeated(from: Seen, seen: Seen): number {
  const [before, after] = [from.scenario.decisions.slice(seen.given), seen.scenario.decisions.slice(seen.given)]
  let count = 0
  while (count < before.length && count < after.length && isSame(before.at(-1 - count), after.at(-1 - count)))
    count += 1
  return count > 0 && show(from) === show(seen) ? count : 0
}

function isSame(one: Decision | undefined, other: Decision | undefined): boolean {
  return one?.taken === other?.taken && JSON.stringify(one) === JSON.stringify(other)
}

function show(seen: Seen): string {
  const { events, handlers, end } = seen.scenario
  seen.shown ??= JSON.stringify([events, handlers, end], (key, value) => (key === 'decided' ? undefined : value))
  return seen.shown
}

function listInOrder(root: Seen | null): Scenario[] {
  const listed = root ? [root] : []
  // It grows while it is gone through: level by level.
  for (const { turned } of listed) listed.push(...turned.filter((one) => one !== null))
  return listed.map(({ scenario }) => scenario)
}

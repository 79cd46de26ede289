import { AsyncLocalStorage } from 'node:async_hooks'

/** Who waits for whom in the PGlites of an app, each of which serves one after another. */
export interface Turns {
  /** Under way or waiting. */
  count: number
  /** Ends the waiting of queries for the very transaction that waits for them. */
  readonly deadlocked: Set<() => void>
}

export type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>

export const DEADLOCK =
  'it waits for a query beside its own open transaction, which PGlite begins only when that has ended, in production as well'

/** The next turn at one PGlite: of a transaction, or of a query outside of one. */
export function openTurns(turns: Turns, mutex: { runExclusive: TakeTurn }): TakeTurn {
  const inside = new AsyncLocalStorage<{ isOpen: boolean }>()
  const take: TakeTurn = (work) =>
    mutex.runExclusive(async () => {
      const turn = { isOpen: true }
      try {
        return await inside.run(turn, work)
      } finally {
        turn.isOpen = false
      }
    })
  return async (work) => {
    turns.count += 1
    try {
      return await (inside.getStore()?.isOpen ? takeUnlessGivenUp(turns, take, work) : take(work))
    } finally {
      turns.count -= 1
    }
  }
}

/** At the end of a test: what would wait for ever fails instead, so that its transaction ends. */
export function endDeadlocks({ deadlocked }: Turns): void {
  for (const giveUp of deadlocked) giveUp()
}

function takeUnlessGivenUp<T>({ deadlocked }: Turns, take: TakeTurn, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      deadlocked.delete(giveUp)
      reject(new Error(`The request was given up: ${DEADLOCK}.`))
    }
    deadlocked.add(giveUp)
    take(async () => {
      if (deadlocked.delete(giveUp)) resolve(await work())
    }).catch(reject)
  })
}

import { randomInt } from 'node:crypto'
import type { Order } from './round.ts'
import { shuffled } from './shuffle.ts'

/**
 * The order of each of several runs, from 0. The second is the first reversed: so each test has come before each other one,
 * which a few shuffles leave to chance.
 */
export function chooseOrder(index: number): Order {
  if (index === 0) return null
  return index === 1 ? 'reversed' : randomInt(2 ** 31)
}

export function arrangeFiles(files: readonly string[], order: Order): readonly string[] {
  if (order === null) return files
  return order === 'reversed' ? files.toReversed() : shuffled(files, order)
}

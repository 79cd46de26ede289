import { shuffle } from '@vitest/utils/helpers'
import { expect, it } from 'vitest'
import { shuffled } from '../../src/run/shuffle.ts'

it('shuffles as Vitest does, so that its own command line repeats an order', () => {
  const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  for (const seed of [1, 7, 42, 4711, 99_999]) expect(shuffled(items, seed)).toEqual(shuffle([...items], seed))
  expect(shuffled([], 1)).toEqual([])
})

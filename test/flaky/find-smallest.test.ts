import { expect, it } from 'vitest'
import { findSmallest } from '../../src/flaky/find-smallest.ts'

const items = Array.from({ length: 40 }, (_, index) => index)

it.each([{ needed: [17] }, { needed: [0] }, { needed: [39] }, { needed: [3, 30] }, { needed: [1, 20, 21] }])(
  'finds what is needed: $needed',
  async ({ needed }) => {
    const found = await findSmallest(items, async (part) => needed.every((one) => part.includes(one)), 500)
    expect(found).toEqual(needed)
  },
)

it('asks seldom for one of many', async () => {
  let asked = 0
  await findSmallest(
    items,
    async (part) => {
      asked += 1
      return part.includes(26)
    },
    500,
  )
  expect(asked).toBeLessThanOrEqual(12)
})

it('gives up after so many questions', async () => {
  expect(await findSmallest(items, async (part) => part.length > 30, 5)).toBeNull()
})

it('has nothing to halve in one', async () => {
  expect(await findSmallest(['a'], async () => false, 5)).toEqual(['a'])
  expect(await findSmallest([], async () => false, 5)).toEqual([])
})

import * as z from 'zod'

/** A number is what Vitest would shuffle by, as its `sequence.seed`; null: as they stand. */
export const Order = z.union([z.number(), z.literal('reversed'), z.null()])
export type Order = z.infer<typeof Order>

/** One run of several in one process of Vitest; each test file gets a fresh worker every time. */
export const Round = z.object({
  /** Relative to the root, in the order in which they begin. */
  files: z.array(z.string()).readonly(),
  /** Of the tests within each file. */
  order: Order,
  /** By file: which tests run, in this order. Files that have no entry run whole. */
  orders: z.record(z.string(), z.array(z.string()).readonly()),
  /** The name of a database for all files, which then listen on the ports that they ask for; null: to each its own. */
  shared: z.string().nullable(),
})
export type Round = z.infer<typeof Round>

/** What the process sends when a round is over, and its facts lie in the file. */
export const RoundEnd = z.object({
  kind: z.literal('end'),
  /** The tests in the order in which they began, as their places among those of the facts. */
  ran: z.array(z.number()).readonly(),
  /** Whether `shared` has an effect in this project. */
  mayShare: z.boolean(),
})
export type RoundEnd = z.infer<typeof RoundEnd>

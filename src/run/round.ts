import * as z from 'zod'

/** One run of several in one process of Vitest; each test file gets a fresh worker every time. */
export const Round = z.object({
  /** Relative to the root, in the order in which they begin. */
  files: z.array(z.string()).readonly(),
  /** What the tests of each file are shuffled by, as by Vitest's `sequence.seed`; null: they run as they stand. */
  seed: z.number().nullable(),
  /** By file: which tests run, in this order. Files that have no entry run whole. */
  orders: z.record(z.string(), z.array(z.string()).readonly()),
  /** The name of a database for all files, which then listen on the ports that they ask for; null: to each its own. */
  shared: z.string().nullable(),
})
export type Round = z.infer<typeof Round>

/** What all rounds of a process have in common. */
export const RoundsJob = z.object({
  root: z.string(),
  /** All that may run, absolute. */
  files: z.array(z.string()),
  sealKey: z.string(),
  factsFile: z.string(),
  cacheFolder: z.string(),
  journalFolder: z.string(),
})
export type RoundsJob = z.infer<typeof RoundsJob>

/** What the process sends when a round is over, and its facts lie in the file. */
export const RoundEnd = z.object({
  /** The tests in the order in which they began, as their places among those of the facts. */
  ran: z.array(z.number()).readonly(),
  /** Whether `shared` has an effect in this project. */
  mayShare: z.boolean(),
})
export type RoundEnd = z.infer<typeof RoundEnd>

import * as z from 'zod'

/** What every process of Vitest is told, however often it runs the files. */
export const JobBase = z.object({
  root: z.string(),
  /** Absolute. */
  files: z.array(z.string()),
  /** Ids of paths whose tests are not run. */
  without: z.array(z.string()),
  /** Known to the reporter and to the harness, and to nobody else: what the harness reports is signed with it. */
  sealKey: z.string(),
  isGuest: z.boolean(),
  /** Where the facts go. */
  factsFile: z.string(),
  cacheFolder: z.string(),
  journalFolder: z.string(),
  /** A worker that did not react for so long is in a loop, or as good as that. */
  silenceMs: z.number(),
})
export type JobBase = z.infer<typeof JobBase>

/** What the parent asks of the worker process. */
export const Job = JobBase.extend({
  /** Where the plan of a proof is, whose runner then runs the tests; null: Vitest runs them. */
  proof: z.string().nullable(),
})
export type Job = z.infer<typeof Job>

/** What the worker sends while it runs. */
export const Progress = z.object({ fullName: z.string(), state: z.enum(['passed', 'failed', 'skipped', 'pending']) })
export type Progress = z.infer<typeof Progress>

const Frame = z.object({ file: z.string(), line: z.number(), column: z.number() })

const ErrorFacts = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string().nullable(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  hasComparison: z.boolean(),
  frames: z.array(Frame).readonly(),
  cause: z.string().nullable(),
})

const RequestFacts = z.object({
  method: z.string(),
  path: z.string(),
  status: z.number().nullable(),
  route: z.string().nullable(),
  isApp: z.boolean(),
  isGivenUp: z.boolean(),
})

const AssertionFacts = z.object({
  frame: Frame.nullable(),
  passed: z.number(),
  failed: z.number(),
  messages: z.array(z.string()).readonly(),
})

const UncaughtFacts = z.object({
  kind: z.enum(['exception', 'rejection']),
  of: z.string().nullable(),
  isOfRequest: z.boolean(),
  error: ErrorFacts,
})

export const HarnessFacts = z.object({
  requests: z.number(),
  requestsBefore: z.number(),
  log: z.array(RequestFacts).readonly(),
  assertions: z.array(AssertionFacts).readonly(),
  uncaught: z.array(UncaughtFacts).readonly(),
  exits: z.array(ErrorFacts).readonly(),
  hasFrozenTimers: z.boolean(),
  tampered: z.array(z.string()).readonly(),
  routeHits: z.number(),
  unansweredRequests: z.array(z.string()).readonly(),
  unstubbedCalls: z.array(z.string()).readonly(),
  blockedConnections: z.array(z.string()).readonly(),
  unreachedFaults: z.array(z.string()).readonly(),
  appCrashes: z.array(z.string()).readonly(),
  isAfterCrash: z.boolean(),
})

const TestFacts = z.object({
  file: z.string(),
  name: z.string(),
  fullName: z.string(),
  state: z.enum(['passed', 'failed', 'skipped', 'pending']),
  errors: z.array(ErrorFacts).readonly(),
  durationMs: z.number(),
  retries: z.number(),
  isMeantToFail: z.boolean(),
  harness: HarnessFacts.nullable(),
})

/** What the worker leaves behind; `reason` is null as long as the run has not ended. */
export const WorkerFacts = z.object({
  reason: z.enum(['passed', 'failed', 'interrupted']).nullable(),
  vitest: z.string(),
  setupFiles: z.array(z.string()).readonly(),
  tests: z.array(TestFacts).readonly(),
  fileErrors: z.array(z.object({ file: z.string(), suite: z.string().nullable(), error: ErrorFacts })).readonly(),
  stalled: z.array(z.object({ file: z.string(), test: z.string().nullable() })).readonly(),
  unhandled: z
    .array(z.object({ test: z.string().nullable(), file: z.string().nullable(), error: ErrorFacts }))
    .readonly(),
  /** The user's mistake that kept the run from starting. */
  mistake: z.object({ message: z.string(), hint: z.string() }).nullable(),
})
export type WorkerFacts = z.infer<typeof WorkerFacts>

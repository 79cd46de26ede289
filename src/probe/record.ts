import * as z from 'zod'

const Position = z.object({ file: z.string(), line: z.number() })
const PositionOrNone = Position.nullable()

/** A function given to Express; `router` is the id of the router or app that it is, null for anything else. */
const Handler = z.object({ name: z.string(), parameters: z.number(), router: z.number().nullable() })
export type Handler = z.infer<typeof Handler>

/** One line of what the child saw, in the order of events. Routers, apps and routes are numbered. */
export const ProbeRecord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('app'), id: z.number(), at: PositionOrNone }),
  /** The router inside an app, which Express makes when it is first needed. */
  z.object({ kind: z.literal('owns'), app: z.number(), router: z.number() }),
  z.object({
    kind: z.literal('use'),
    router: z.number(),
    paths: z.array(z.string()),
    handlers: z.array(Handler),
    at: PositionOrNone,
  }),
  z.object({ kind: z.literal('route'), router: z.number(), route: z.number(), paths: z.array(z.string()) }),
  z.object({
    kind: z.literal('verb'),
    route: z.number(),
    /** Upper case; `ALL`. */
    method: z.string(),
    handlers: z.array(Handler),
    at: PositionOrNone,
  }),
  z.object({ kind: z.literal('listens'), at: PositionOrNone }),
  /** Something that reaches outside of the process was refused, e.g. `connect db.example.com:5432`. */
  z.object({ kind: z.literal('blocked'), what: z.string(), at: PositionOrNone }),
  /** Something failed; `isFatal`: loading a module or calling a factory did. */
  z.object({ kind: z.literal('failed'), isFatal: z.boolean(), message: z.string(), at: PositionOrNone }),
  z.object({ kind: z.literal('done') }),
])
export type ProbeRecord = z.infer<typeof ProbeRecord>

/** What the parent asks of the child. Paths are absolute. */
export const ProbeJob = z.object({
  root: z.string(),
  entries: z.array(z.object({ file: z.string(), factory: z.string().nullable() })),
  recordsFile: z.string(),
  cacheFolder: z.string(),
  /** How long imports may take before the child gives up on them. */
  importLimitMs: z.number(),
})
export type ProbeJob = z.infer<typeof ProbeJob>

/** Names the file that holds the job. */
export const JOB_VARIABLE = 'ITEST_PROBE_JOB'

import { loadingFile, noteStart } from '../boot/boot-log.ts'
import type { Machine } from '../interpret/machine.ts'
import { knownString, type PackageValue, type Value } from '../interpret/values.ts'
import { fromProjectPath, isProjectPath } from '../project/project-path.ts'
import { locate, relativePath, type ts } from '../syntax/syntax.ts'
import type { StartKind } from '../types.ts'
import { memberNames } from './packages.ts'

interface StartRule {
  readonly kind: StartKind
  readonly module: RegExp
  /** The last member of the call; the empty string is a call of the package itself. */
  readonly member: RegExp
  /** Only `new` counts, or only a call; null: both. */
  readonly by: 'new' | 'call' | null
}

/** Calls that open connections or start work of their own, by what the packages document. */
const RULES: readonly StartRule[] = [
  { kind: 'redis', module: /^ioredis$/, member: /^(?:|default|Redis|Cluster)$/, by: null },
  {
    kind: 'redis',
    module: /^(?:redis|@redis\/client|iovalkey|@upstash\/redis)$/,
    member: /^(?:connect|createClient|Redis)$/,
    by: null,
  },
  {
    kind: 'queue',
    module: /^bullmq$/,
    member: /^(?:Queue|Worker|QueueEvents|FlowProducer|QueueScheduler)$/,
    by: 'new',
  },
  {
    kind: 'queue',
    module: /^(?:bull|bee-queue|agenda|@hokify\/agenda|pg-boss|@rabbitmq\/.*)$/,
    member: /^(?:|Queue|Agenda|PgBoss|default|start|process|define)$/i,
    by: null,
  },
  { kind: 'queue', module: /^graphile-worker$/, member: /^(?:run|runOnce|makeWorkerUtils)$/, by: 'call' },
  { kind: 'queue', module: /^amqplib(?:\/.*)?$|^amqp-connection-manager$/, member: /^connect$/, by: 'call' },
  { kind: 'queue', module: /^(?:kafkajs|nats|mqtt)$/, member: /^(?:connect|run|subscribe)$/, by: 'call' },
  { kind: 'cron', module: /^node-cron$/, member: /^(?:schedule|createTask)$/, by: 'call' },
  { kind: 'cron', module: /^(?:cron|croner)$/, member: /^(?:CronJob|from|Cron|default|)$/, by: null },
  { kind: 'cron', module: /^node-schedule$/, member: /^scheduleJob$/, by: 'call' },
  {
    kind: 'cron',
    module: /^toad-scheduler$/,
    member: /^(?:addSimpleIntervalJob|addIntervalJob|addLongIntervalJob|addCronJob)$/,
    by: 'call',
  },
  { kind: 'timer', module: /^(?:node:)?timers(?:\/promises)?$/, member: /^setInterval$/, by: 'call' },
  { kind: 'migration', module: /^drizzle-orm\/.*migrator$/, member: /^migrate$/, by: 'call' },
  {
    kind: 'database',
    module: /^(?:pg|@neondatabase\/serverless|@vercel\/postgres|mongodb)$/,
    member: /^(?:connect|query)$/,
    by: 'call',
  },
  {
    kind: 'database',
    module: /^mysql2(?:\/promise)?$/,
    member: /^(?:createConnection|connect|getConnection|query|execute)$/,
    by: 'call',
  },
  { kind: 'database', module: /^mongoose$/, member: /^(?:connect|createConnection)$/, by: 'call' },
  {
    kind: 'database',
    module: /^(?:@prisma\/client|sequelize|typeorm|knex)$/,
    member: /^(?:\$connect|authenticate|sync|initialize|createConnection)$/,
    by: 'call',
  },
  {
    kind: 'telemetry',
    module: /^(?:@sentry\/.*|dd-trace|elastic-apm-node|applicationinsights|@appsignal\/nodejs|@bugsnag\/js|rollbar)$/,
    member: /^(?:init|start|setup|Rollbar|default|Appsignal)$/,
    by: null,
  },
  { kind: 'telemetry', module: /^@opentelemetry\/.*$/, member: /^(?:start|register)$/, by: 'call' },
  { kind: 'telemetry', module: /^posthog-node$/, member: /^PostHog$/, by: 'new' },
  { kind: 'telemetry', module: /^prom-client$/, member: /^collectDefaultMetrics$/, by: 'call' },
  { kind: 'websocket', module: /^socket\.io$/, member: /^(?:|Server|default)$/, by: null },
  { kind: 'websocket', module: /^ws$/, member: /^(?:WebSocketServer|Server)$/, by: 'new' },
]

const DRIVERS =
  /^(?:pg|mysql2(?:\/promise)?|postgres|@neondatabase\/serverless|@vercel\/postgres|@libsql\/client(?:\/.*)?)$/
const CONNECTING = /^(?:|default|Pool|Client|createPool|createConnection|createClient|neon|postgres)$/

interface PackageCall {
  readonly args: readonly Value[]
  readonly node: ts.Node
  readonly kind: 'call' | 'new'
}

/** Whether a call into the package may matter to a start, so that files that import it are worth a look. */
export function canStart(module: string): boolean {
  return DRIVERS.test(module) || /^dotenv$/.test(module) || RULES.some((rule) => rule.module.test(module))
}

/** Keeps what a call into a package starts while modules are loaded. */
export function notePackageStart(machine: Machine, callee: PackageValue, call: PackageCall): void {
  if (machine.run) return
  const member = callee.steps.at(-1)
  const name = member?.kind === 'member' ? member.name : ''
  const rule = RULES.find(
    ({ module, member: wanted, by }) =>
      (by === null || by === call.kind) && module.test(callee.module) && wanted.test(name),
  )
  if (rule) {
    const what = memberNames(callee).join('.') || callee.module
    noteStart(machine, { kind: rule.kind, package: callee.module, what }, call.node)
  }
  if (DRIVERS.test(callee.module) && CONNECTING.test(name)) {
    const { args, node } = call
    machine.boot.drivers.push({ args, at: locate(machine.root, node), file: loadingFile(machine, node) })
  }
  if (callee.module === 'dotenv' && name === 'config') noteConfigFile(machine, call)
}

/** `dotenv.config({ path })`; the path of the file that is meant when the code does not say. */
function noteConfigFile(machine: Machine, { args, node }: PackageCall): void {
  const [options] = args
  const given = options?.kind === 'object' ? options.fields.get('path') : undefined
  const text = given ? (knownString(given) ?? '(computed)') : '.env'
  const path = isProjectPath(text) ? relativePath(machine.root, fromProjectPath(machine, text)) : text
  machine.boot.configFiles.push({ path, at: locate(machine.root, node), file: loadingFile(machine, node) })
}

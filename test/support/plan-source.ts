import { type PlanOptions, planRoute } from '../../src/plan/plan.ts'
import type { Expectation, OpenPath, Path, Plan, PlannedPath, SkippedPath } from '../../src/plan/types.ts'
import { readRoute, type SourceOptions } from './scan-source.ts'

/** Tables, a payment client with a time limit, and helpers of a small shop; `db` and everything below are in scope. */
const SCHEMA = `
  import { bigint, boolean, date, integer, jsonb, numeric, pgEnum, pgTable, serial, text, timestamp, uuid } from 'drizzle-orm/pg-core'
  export const role = pgEnum('role', ['member', 'admin'])
  export const countries = pgTable('countries', { code: text('code').primaryKey(), name: text('name').notNull() })
  export const cities = pgTable('cities', {
    id: integer('id').primaryKey(),
    countryCode: text('country_code').notNull().references(() => countries.code),
  })
  export const users = pgTable('users', {
    id: uuid('id').primaryKey().defaultRandom(),
    email: text('email').notNull().unique(),
    role: role('role').notNull().default('member'),
    cityId: integer('city_id').references(() => cities.id),
    active: boolean('active').notNull().default(true),
  })
  export const orders = pgTable('orders', {
    id: serial('id').primaryKey(),
    userId: uuid('user_id').notNull().references(() => users.id),
    status: text('status', { enum: ['new', 'paid', 'cancelled'] }).notNull().default('new'),
    total: integer('total').notNull().default(0),
    key: text('key').unique(),
    chargeId: text('charge_id'),
    deletedAt: timestamp('deleted_at'),
    createdAt: timestamp('created_at').notNull().defaultNow(),
  })
  export const items = pgTable('items', {
    id: serial('id').primaryKey(),
    orderId: integer('order_id').notNull().references(() => orders.id),
    price: numeric('price', { precision: 10, scale: 2 }).notNull(),
    views: bigint('views', { mode: 'number' }).notNull().default(0),
    day: date('day'),
    meta: jsonb('meta'),
  })
  export const payments = pgTable('payments', {
    id: serial('id').primaryKey(),
    userId: text('user_id').notNull(),
    amountCents: integer('amount_cents').notNull(),
    status: text('status').notNull().default('pending'),
    chargeId: text('charge_id'),
    key: text('idempotency_key').unique(),
  })
  export const auditLogs = pgTable('audit_logs', { id: serial('id').primaryKey(), action: text('action').notNull() })
  export const categories = pgTable('categories', {
    id: serial('id').primaryKey(),
    name: text('name').notNull(),
    parentId: integer('parent_id').references(() => categories.id),
  })
`

const CLIENTS = `
  export class Declined extends Error {}
  export class Unavailable extends Error {}
  const headers = { 'content-type': 'application/json' }
  export async function charge(input, key) {
    let response
    try {
      response = await fetch(process.env.PAY_URL + '/v1/charges', {
        method: 'POST',
        headers: { ...headers, ...(key ? { 'idempotency-key': key } : {}) },
        body: JSON.stringify(input),
        signal: AbortSignal.timeout(1500),
      })
    } catch (cause) { throw new Unavailable('pay') }
    if (response.status === 402) throw new Declined('declined')
    if (!response.ok) throw new Unavailable('pay')
    return response.json()
  }
  export async function refund(id) {
    const response = await fetch(process.env.PAY_URL + '/v1/charges/' + id + '/refund', { method: 'POST', signal: AbortSignal.timeout(1500) })
    if (!response.ok) throw new Unavailable('refund')
  }
  export async function sendMail(to) {
    await fetch('https://api.mail.example/v1/send', { method: 'POST', headers, body: JSON.stringify({ to }) })
  }
`

interface SourceParts {
  readonly imports?: string
  /** Before the route, e.g. middleware. */
  readonly before?: string
  /** After the routes, e.g. an error middleware. */
  readonly after?: string
  readonly options?: SourceOptions
  readonly plan?: PlanOptions
}

/** The plan of a route whose handler has this body, e.g. `planFor('POST /orders', 'res.json({})')`. */
export function planFor(route: string, handler: string, parts: SourceParts = {}): Plan {
  const [verb = '', path = ''] = route.split(' ')
  const app = `
    import express from 'express'
    import { and, count, eq, gt, isNull, lt, ne, sql } from 'drizzle-orm'
    import { z } from 'zod'
    import { db } from './db.js'
    import { auditLogs, categories, cities, countries, items, orders, payments, users } from './schema.js'
    import { charge, Declined, refund, sendMail, Unavailable } from './clients.js'
    ${parts.imports ?? ''}
    export const app = express()
    app.use(express.json())
    ${parts.before ?? ''}
    app.${verb.toLowerCase()}('${path}', async (req, res, next) => {
      ${handler}
    })
    ${parts.after ?? ''}
  `
  const files = {
    'src/schema.ts': SCHEMA,
    'src/db.ts': `import { drizzle } from 'drizzle-orm/node-postgres'\nexport const db = drizzle(process.env.DATABASE_URL!)`,
    'src/clients.ts': CLIENTS,
    'src/app.ts': app,
  }
  return planRoute(readRoute(files, route, parts.options), { reserved: ['DATABASE_URL'], ...parts.plan })
}

export function pathOf(plan: Plan, id: string): Path {
  const found = plan.paths.find((path) => path.id === id)
  if (!found) throw new Error(`no path ${id} among ${idsOf(plan).join(', ')}`)
  return found
}

export function plannedOf(plan: Plan, id: string): PlannedPath {
  const path = pathOf(plan, id)
  if (path.status === 'planned') return path
  throw new Error(`${id} is ${path.status}: ${path.status === 'open' ? path.missing : path.reason}`)
}

export function openOf(plan: Plan, id: string): OpenPath {
  const path = pathOf(plan, id)
  if (path.status === 'open') return path
  throw new Error(`${id} is ${path.status}`)
}

export function skippedOf(plan: Plan, id: string): SkippedPath {
  const path = pathOf(plan, id)
  if (path.status === 'skipped') return path
  throw new Error(`${id} is ${path.status}`)
}

export function idsOf(plan: Plan): string[] {
  return plan.paths.map((path) => path.id)
}

/** The ids of the paths of a kind that a test is written for. */
export function testsOf(plan: Plan, kind: Path['kind']): string[] {
  return plan.paths.filter((path) => path.kind === kind && path.status === 'planned').map((path) => path.id)
}

/** `observable: what is expected`, one line each, with who says so: enough to compare a path at a glance. */
export function expectsOf(path: PlannedPath): string[] {
  return path.expects.map((expectation) => `${expectation.source.kind} ${outline(expectation)}`)
}

function outline(expectation: Expectation): string {
  switch (expectation.observable) {
    case 'status':
      return `status ${expectation.equals}`
    case 'status-at-least':
      return `status >= ${expectation.minimum}`
    case 'body':
      return `body ${expectation.match} ${JSON.stringify(expectation.value)}`
    case 'text':
      return `text ${JSON.stringify(expectation.equals)}`
    case 'rows':
      return `rows ${expectation.table} ${JSON.stringify(expectation.rows)}`
    case 'row-count':
      return `count ${expectation.table} ${expectation.count}`
    case 'call-count':
      return `calls ${expectation.stub} ${expectation.count}`
    case 'calls':
      return `calls ${expectation.stub} ${JSON.stringify(expectation.calls)}`
    case 'distinct-keys':
      return `keys ${expectation.stub} ${expectation.keyAt.join('.')} ${expectation.count}`
    default:
      return expectation satisfies never
  }
}

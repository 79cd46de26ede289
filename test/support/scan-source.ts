import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Scan, scanProject } from '../../src/scan/scan.ts'
import type { Codebase, Dossier, Expression, Scenario, TraceEvent } from '../../src/scan/types.ts'

export interface SourceOptions {
  /** The express range in package.json; 5 unless a test is about 4. */
  readonly express?: 4 | 5
  readonly drizzle?: string
  readonly packageJson?: Record<string, unknown>
  readonly compilerOptions?: Record<string, unknown>
}

type Files = Readonly<Record<string, string>>

/** Writes a small project to a temporary folder, gives it to `use`, and removes it whatever happens. */
export function withProject<T>(files: Files, options: SourceOptions, use: (root: string) => T): T {
  const root = writeProject(files, options)
  try {
    return use(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** `withProject` for what takes its time. */
export async function withProjectAsync<T>(
  files: Files,
  options: SourceOptions,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = writeProject(files, options)
  try {
    return await use(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function writeProject(files: Files, options: SourceOptions): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'itest-scan-')))
  const dependencies = {
    express: options.express === 4 ? '^4.22.0' : '^5.1.0',
    'drizzle-orm': options.drizzle ?? '^0.45.0',
  }
  const packageJson = { name: 'sample', dependencies, ...options.packageJson }
  const compilerOptions = { module: 'nodenext', strict: true, ...options.compilerOptions }
  const all = {
    'package.json': JSON.stringify(packageJson),
    'tsconfig.json': JSON.stringify({ compilerOptions }),
    ...files,
  }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
  }
  return root
}

/** What the scan says of a project made of these files; its dossiers are read before the folder goes. */
export function scanFiles(files: Files, options: SourceOptions = {}): Codebase {
  return withProject(files, options, (root) => scanProject(root).codebase)
}

/** `GET /orders` for every route, in the order found. */
export function routesOf(files: Files, options: SourceOptions = {}): string[] {
  return scanFiles(files, options).routes.map((route) => `${route.method} ${route.path}`)
}

/** The dossier of `POST /orders`-like text. */
export function readRoute(files: Files, wanted: string, options: SourceOptions = {}): Dossier {
  return withProject(files, options, (root) => dossierOf(scanProject(root), wanted))
}

export function dossierOf(scan: Scan, wanted: string): Dossier {
  const found = scan.codebase.routes.find((route) => `${route.method} ${route.path}` === wanted)
  if (!found) throw new Error(`no route ${wanted}, found ${scan.codebase.routes.map((route) => route.path).join(', ')}`)
  return scan.readDossier(found)
}

export const SCHEMA = `
  import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core'
  export const users = pgTable('users', { id: serial('id').primaryKey(), email: text('email').notNull().unique() })
  export const orders = pgTable('orders', {
    id: serial('id').primaryKey(),
    userId: integer('user_id').notNull().references(() => users.id),
    total: integer('total').notNull(),
    status: text('status').notNull().default('new'),
  })
`

export const DATABASE = `
  import { drizzle } from 'drizzle-orm/node-postgres'
  export const db = drizzle(process.env.DATABASE_URL!)
`

/** A project with a schema, a database and one app whose body is `body`; `db` and the tables are in scope. */
export function appWith(body: string, extra: { imports?: string; files?: Files } = {}): Files {
  return {
    'src/schema.ts': SCHEMA,
    'src/db.ts': DATABASE,
    'src/app.ts': `
      import express from 'express'
      import { and, eq, sql } from 'drizzle-orm'
      import { db } from './db.js'
      import { orders, users } from './schema.js'
      ${extra.imports ?? ''}
      export const app = express()
      app.use(express.json())
      ${body}
    `,
    ...extra.files,
  }
}

/** The dossier of a route whose handler has this body: `(req, res, next) => { ... }`. */
export function readHandler(
  handler: string,
  extra: { imports?: string; before?: string; after?: string; files?: Files; async?: boolean; route?: string } = {},
  options: SourceOptions = {},
): Dossier {
  const [verb, path] = (extra.route ?? 'post /orders').split(' ')
  const start = extra.async === false ? '' : 'async '
  const body = `${extra.before ?? ''}\napp.${verb}('${path}', ${start}(req, res, next) => {\n${handler}\n})\n${extra.after ?? ''}`
  return readRoute(appWith(body, extra), `${verb?.toUpperCase()} ${path}`, options)
}

/** One line a scenario: its events in order, then how it ended when nothing answered. */
export function outline(dossier: Dossier): string[] {
  return dossier.scenarios.map(outlineScenario)
}

export function outlineScenario(scenario: Scenario): string {
  const events = scenario.events.map(describeEvent)
  return [...events, ...(scenario.end === 'responded' ? [] : [scenario.end])].join(' > ')
}

function describeEvent(event: TraceEvent): string {
  switch (event.kind) {
    case 'respond':
      return show(event.status)
    case 'external': {
      const name = event.target.protocol === 'http' ? 'http' : event.target.name
      return event.outcome === 'ok' ? name : `${name} fails`
    }
    case 'db':
      return `${event.operation} ${event.table}${event.outcome === 'ok' ? '' : ' fails'}`
    case 'transaction':
      return event.phase
    case 'throw':
      return `throw ${event.error}`
    default:
      return event satisfies never
  }
}

/** The decisions of the scenario as text, `!` before those not taken. */
export function decisionsOf(scenario: Scenario): string[] {
  return scenario.decisions.map((decision) => `${decision.taken ? '' : '!'}${show(decision.condition)}`)
}

/** An expression as short text: `body.userId`, `$1.0.id`, `===(body.a, 1)`. */
export function show(expression: Expression | null | undefined): string {
  if (!expression) return '-'
  switch (expression.kind) {
    case 'literal':
      return JSON.stringify(expression.value)
    case 'undefined':
      return 'undefined'
    case 'input':
      return [expression.from, ...expression.path].join('.')
    case 'env':
      return `env.${expression.name}`
    case 'result':
      return [`$${expression.event}`, ...expression.path].join('.')
    case 'column':
      return `${expression.table}.${expression.column}`
    case 'object': {
      const fields = Object.entries(expression.fields).map(([key, field]) => `${key}: ${show(field)}`)
      return `{${[...fields, ...(expression.open ? ['…'] : [])].join(', ')}}`
    }
    case 'array':
      return `[${[...expression.items.map(show), ...(expression.open ? ['…'] : [])].join(', ')}]`
    case 'operation':
      return `${expression.name}(${expression.operands.map(show).join(', ')})`
    case 'shape':
      return `<${expression.shape.type}>`
    case 'unknown':
      return `?${expression.text}`
    default:
      return expression satisfies never
  }
}

/** The body of the response of the first scenario that answers with the status. */
export function bodyFor(dossier: Dossier, status: number): string {
  for (const scenario of dossier.scenarios) {
    for (const event of scenario.events) {
      if (event.kind === 'respond' && show(event.status) === String(status)) return show(event.body)
    }
  }
  throw new Error(`no ${status} among ${outline(dossier).join(' | ')}`)
}

export function firstScenario(dossier: Dossier): Scenario {
  const [first] = dossier.scenarios
  if (!first) throw new Error('no scenario')
  return first
}

/** The first event of a kind in any scenario. */
export function eventOf<K extends TraceEvent['kind']>(dossier: Dossier, kind: K): Extract<TraceEvent, { kind: K }> {
  for (const scenario of dossier.scenarios) for (const event of scenario.events) if (isKind(event, kind)) return event
  throw new Error(`no ${kind} event among ${outline(dossier).join(' | ')}`)
}

function isKind<K extends TraceEvent['kind']>(event: TraceEvent, kind: K): event is Extract<TraceEvent, { kind: K }> {
  return event.kind === kind
}

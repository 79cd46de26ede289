// Writes an Express + Drizzle codebase of any size: modules of 20 routes, each with routes, controller, service,
// repository, mapper, outbound client, zod validators, types and tables. Deterministic.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROUTES = 20
const VERBS = ['get', 'post', 'put', 'delete']

/** @param {string} root @param {number} routes a multiple of 20 */
export function writeCodebase(root, routes) {
  const modules = Array.from({ length: routes / ROUTES }, (_, index) => index)
  const each = (render) => modules.map(render).join('\n')
  const files = {
    'package.json': JSON.stringify({
      name: 'synthetic',
      type: 'module',
      private: true,
      dependencies: { express: '^5.3.0', 'drizzle-orm': '^0.45.4', zod: '^4.6.7' },
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        module: 'nodenext',
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: ['node'],
        paths: { '@lib/*': ['./src/lib/*'] },
      },
      include: ['src'],
    }),
    'src/lib/errors.ts': ERRORS,
    'src/lib/http.ts': HTTP,
    'src/db/schema.ts': each((m) => `export * from '../modules/m${m}/schema.js'`),
    'src/db/index.ts': DATABASE,
    'src/app.ts': `import express from 'express'
import { onError } from '@lib/http.js'
${each((m) => `import { router as r${m} } from './modules/m${m}/index.js'`)}
export const app = express()
app.use(express.json())
const api = express.Router()
app.use('/api/v1', api)
${each((m) => `api.use('/m${m}', r${m})`)}
app.use(onError)
`,
    'src/server.ts': "import { app } from './app.js'\napp.listen(3000)\n",
  }
  for (const [name, text] of Object.entries(files)) write(root, name, text)
  for (const m of modules)
    for (const [name, render] of Object.entries(MODULE)) write(root, `src/modules/m${m}/${name}.ts`, render(m))
}

function write(root, name, text) {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

const ERRORS = `export class HttpError extends Error {
  constructor(readonly status: number, message: string, readonly code = 'ERR') { super(message) }
}
export class NotFoundError extends HttpError {
  constructor(message = 'not found') { super(404, message, 'NOT_FOUND') }
}
export class ConflictError extends HttpError {
  constructor(message = 'conflict') { super(409, message, 'CONFLICT') }
}
`
const HTTP = `import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express'
import type { ZodType } from 'zod'
import { HttpError } from './errors.js'
export const asyncHandler =
  (handle: (req: Request, res: Response, next: NextFunction) => Promise<unknown>): RequestHandler =>
  (req, res, next) => {
    handle(req, res, next).catch(next)
  }
export const requireAuth: RequestHandler = (req, _res, next) => {
  if (!req.headers.authorization) return next(new HttpError(401, 'unauthorized'))
  next()
}
export const requireRole = (role: string): RequestHandler => (req, res, next) => {
  if (req.headers['x-role'] !== role) {
    res.status(403).json({ error: 'forbidden' })
    return
  }
  next()
}
export const validate = (schema: ZodType): RequestHandler => (req, res, next) => {
  const parsed = schema.safeParse(req.body)
  if (!parsed.success) {
    res.status(422).json({ error: 'invalid', issues: parsed.error.issues })
    return
  }
  req.body = parsed.data
  next()
}
export const onError: ErrorRequestHandler = (error, _req, res, _next) => {
  if (error instanceof HttpError) {
    res.status(error.status).json({ error: error.message, code: error.code })
    return
  }
  res.status(500).json({ error: 'internal' })
}
`
const DATABASE = `import { drizzle } from 'drizzle-orm/node-postgres'
import * as schema from './schema.js'
export const db = drizzle(process.env.DATABASE_URL ?? 'postgres://localhost/synthetic', { schema })
export type Db = typeof db
`

const everyRoute = (render) => Array.from({ length: ROUTES }, (_, r) => render(r)).join('\n')

/** The files of one module. Their sizes are those of ordinary hand-written modules. */
const MODULE = {
  index: () =>
    "import type { Router } from 'express'\nimport { buildRoutes } from './routes.js'\nexport const router: Router = buildRoutes()\n",
  routes: () => `import { Router } from 'express'
import { asyncHandler, requireAuth, requireRole, validate } from '@lib/http.js'
import { db } from '../../db/index.js'
import { Client } from './client.js'
import { Controller } from './controller.js'
import { Repository } from './repository.js'
import { Service } from './service.js'
import * as schemas from './validators.js'
export function buildRoutes(): Router {
  const router = Router()
  const controller = new Controller(new Service(new Repository(db), new Client()))
  router.use(requireAuth)
${everyRoute((r) => `  router.${VERBS[r % 4]}('/things${r}/:id', requireRole('user'), validate(schemas.body${r}), asyncHandler((req, res) => controller.action${r}(req, res)))`)}
  return router
}
`,
  controller: () => `import type { Request, Response } from 'express'
import { HttpError, NotFoundError } from '@lib/errors.js'
${everyRoute((r) => `import { toDto${r} } from './mapper.js'`)}
import type { Service } from './service.js'
export class Controller {
  constructor(private readonly service: Service) {}
${everyRoute(
  (r) => `  async action${r}(req: Request, res: Response) {
    const id = Number(req.params.id)
    if (!Number.isInteger(id)) {
      return res.status(400).json({ error: 'bad id' })
    }
    const { name, amount, email } = req.body as { name: string; amount: number; email: string }
    if (!name) {
      res.status(400).json({ error: 'name required' })
      return
    }
    try {
      const row = await this.service.run${r}(id, name, amount, email)
      if (!row) throw new NotFoundError('thing ${r} not found')
      res.status(${r % 4 === 1 ? 201 : 200}).json(toDto${r}(row))
    } catch (error) {
      if (error instanceof Error && error.message === 'declined') throw new HttpError(402, 'payment declined', 'DECLINED')
      throw error
    }
  }`,
)}
}
`,
  service: (m) => `import { ConflictError } from '@lib/errors.js'
import type { Client } from './client.js'
import type { Repository } from './repository.js'
import type { Thing${m} } from './types.js'
export class Service {
  constructor(private readonly repository: Repository, private readonly client: Client) {}
${everyRoute(
  (r) => `  async run${r}(id: number, name: string, amount: number, email: string): Promise<Thing${m} | undefined> {
    const found = await this.repository.find${r}(id)
    if (found && found.name === name) {
      throw new ConflictError('already there')
    }
    const reference = await this.client.charge${r}(amount, email)
    if (found) {
      await this.repository.touch${r}(id, reference)
      return found
    }
    return this.repository.save${r}({ name, amount, email, reference })
  }`,
)}
}
`,
  repository: (m) => `import { and, desc, eq } from 'drizzle-orm'
import type { Db } from '../../db/index.js'
import { notes${m}, things${m} } from './schema.js'
interface NewThing { name: string; amount: number; email: string; reference: string }
export class Repository {
  constructor(private readonly db: Db) {}
${everyRoute(
  (r) => `  async find${r}(id: number) {
    const rows = await this.db
      .select()
      .from(things${m})
      .where(and(eq(things${m}.id, id), eq(things${m}.active, true)))
      .orderBy(desc(things${m}.createdAt))
      .limit(1)
    return rows[0]
  }
  async touch${r}(id: number, reference: string) {
    await this.db.update(things${m}).set({ reference }).where(eq(things${m}.id, id))
  }
  async save${r}(input: NewThing) {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.insert(things${m}).values(input).returning()
      if (row) await tx.insert(notes${m}).values({ thingId: row.id, text: 'created by ${r}' })
      return row
    })
  }`,
)}
}
`,
  mapper: (m) => `import type { Thing${m} } from './types.js'
const format = (value: Date): string => value.toISOString()
${everyRoute(
  (r) => `export interface Dto${r} {
  id: number
  name: string
  amount: number
  contact: { email: string; verified: boolean }
  links: { self: string; parent: string | null }
  createdAt: string
}
export function toDto${r}(thing: Thing${m}): Dto${r} {
  return {
    id: thing.id,
    name: thing.name,
    amount: thing.amount,
    contact: { email: thing.email, verified: thing.active },
    links: { self: \`/api/v1/m${m}/things${r}/\${thing.id}\`, parent: null },
    createdAt: format(thing.createdAt),
  }
}`,
)}
`,
  client: (m) => `export class Client {
${everyRoute(
  (r) => `  async charge${r}(amount: number, email: string): Promise<string> {
    const response = await fetch('https://payments.example.com/m${m}/charges${r}', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ amount, email }),
      signal: AbortSignal.timeout(5000),
    })
    if (!response.ok) throw new Error('declined')
    const { id } = (await response.json()) as { id: string }
    return id
  }`,
)}
}
`,
  validators: () => `import { z } from 'zod'
${everyRoute(
  (r) => `export const body${r} = z.object({
  name: z.string().min(1).max(${50 + r}),
  amount: z.number().int().positive(),
  email: z.string().email(),
  tags: z.array(z.string().max(20)).max(10).optional(),
  address: z
    .object({ street: z.string().min(1), city: z.string().min(1), zip: z.string().regex(/^\\d{5}$/) })
    .optional(),
  kind: z.enum(['a', 'b', 'c']).default('a'),
})
export type Body${r} = z.infer<typeof body${r}>`,
)}
`,
  types: (m) => `export interface Thing${m} {
  id: number
  name: string
  amount: number
  email: string
  reference: string
  active: boolean
  createdAt: Date
}
${everyRoute(
  (r) => `export interface Filter${r} {
  name?: string
  minimum?: number
  maximum?: number
  active?: boolean
}
export interface Page${r}<T> {
  items: T[]
  total: number
  next: string | null
}
export type Sort${r} = { [K in keyof Thing${m}]?: 'asc' | 'desc' }`,
)}
`,
  schema: (
    m,
  ) => `import { boolean, index, integer, pgTable, serial, text, timestamp, varchar } from 'drizzle-orm/pg-core'
export const things${m} = pgTable(
  'things_${m}',
  {
    id: serial('id').primaryKey(),
    name: text('name').notNull(),
    amount: integer('amount').notNull(),
    email: varchar('email', { length: 255 }).notNull().unique(),
    reference: text('reference').notNull(),
    active: boolean('active').notNull().default(true),
    createdAt: timestamp('created_at').defaultNow().notNull(),
  },
  (table) => [index('things_${m}_email').on(table.email)],
)
export const notes${m} = pgTable('notes_${m}', {
  id: serial('id').primaryKey(),
  thingId: integer('thing_id').notNull().references(() => things${m}.id),
  text: text('text').notNull(),
})
`,
}

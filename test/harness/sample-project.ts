import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProjectFacts } from '../../src/harness/project-facts.ts'

export const repository = fileURLToPath(new URL('../../', import.meta.url))

export interface SampleProject {
  readonly root: string
  remove(): void
}

const PACKAGE = JSON.stringify({ name: 'bookings', private: true, type: 'module' })

const SCHEMA = `
import { date, integer, jsonb, numeric, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'
export const rooms = pgTable('rooms', { id: serial('id').primaryKey(), name: text('name').notNull() })
export const bookings = pgTable('bookings', {
  id: serial('id').primaryKey(),
  roomId: integer('room_id').notNull().references(() => rooms.id),
  guest: text('guest').notNull(),
  night: date('night'),
  price: numeric('price'),
  tags: text('tags').array(),
  details: jsonb('details'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
})
`

const MIGRATION = `
CREATE TABLE "rooms" ("id" serial PRIMARY KEY, "name" text NOT NULL);
--> statement-breakpoint
CREATE TABLE "bookings" (
  "id" serial PRIMARY KEY, "room_id" integer NOT NULL REFERENCES "rooms" ("id"), "guest" text NOT NULL,
  "night" date, "price" numeric, "tags" text[], "details" jsonb, "created_at" timestamptz NOT NULL DEFAULT now()
);
--> statement-breakpoint
INSERT INTO "rooms" ("name") VALUES ('blue'), ('green');
`

const JOURNAL = JSON.stringify({
  version: '7',
  dialect: 'postgresql',
  entries: [{ idx: 0, version: '7', when: 1700000000000, tag: '0000_start', breakpoints: true }],
})

const DATABASE = `
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
export const db = drizzle(pool)
`

/** Charges, inserts, and answers each failure; `hang` and `exit` misbehave on purpose. */
const APP = `
import express from 'express'
import { db } from './db/index.js'
import { bookings } from './db/schema.js'
const hotel = express.Router({ mergeParams: true })
hotel.post('/bookings', async (req, res) => {
  if (req.body.guest === 'hang') return
  if (req.body.guest === 'exit') process.exit(7)
  try {
    const answer = await fetch('https://pay.example/v1/charges', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ guest: req.body.guest }),
    })
    if (!answer.ok) return void res.status(402).json({ error: 'declined' })
  } catch {
    return void res.status(503).json({ error: 'payment' })
  }
  try {
    const [row] = await db.insert(bookings).values({ roomId: 1, guest: req.body.guest }).returning()
    res.status(201).json(row)
  } catch (error) {
    res.status(503).json({ error: 'database', code: error.cause?.code })
  }
})
export const app = express().use(express.json()).use('/hotels/:hotelId', hotel)
`

export const facts: ProjectFacts = {
  schema: 'itest.harness/1',
  database: {
    dialect: 'postgres',
    urlVariables: ['DATABASE_URL'],
    partVariables: {},
    migrations: 'drizzle',
    schemaFiles: ['src/db/schema.ts'],
  },
  environment: { GREETING: 'from the facts' },
}

const FILES = {
  'package.json': PACKAGE,
  'src/app.ts': APP,
  'src/db/index.ts': DATABASE,
  'src/db/schema.ts': SCHEMA,
  'drizzle/0000_start.sql': MIGRATION,
  'drizzle/meta/_journal.json': JOURNAL,
  '.itest/harness.json': JSON.stringify(facts),
}

/** A small hotel in a temporary folder, with the packages of this repository; `files` add to it or replace its own. */
export function makeProject(
  files: Readonly<Record<string, string>>,
  options: { express?: string; without?: string | readonly string[] } = {},
): SampleProject {
  const root = mkdtempSync(join(tmpdir(), 'itest-sample-'))
  for (const [name, content] of Object.entries({ ...FILES, ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  // As root the server runs as another user, who must be able to pass through.
  chmodSync(root, 0o755)
  linkPackages(root, options)
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}

export function hasPackage(name: string): boolean {
  return existsSync(join(repository, 'node_modules', name))
}

function linkPackages(root: string, options: { express?: string; without?: string | readonly string[] }): void {
  const source = join(repository, 'node_modules')
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  for (const name of readdirSync(source)) {
    if (name.startsWith('.') || [options.without].flat().includes(name)) continue
    const target = name === 'express' ? (options.express ?? name) : name
    symlinkSync(join(source, target), join(root, 'node_modules', name))
  }
}

/** The head of a test file of the sample project. */
export const HEAD = `
import request from 'supertest'
import { db, faults, stub } from 'itest-gen'
import { beforeEach, describe, expect, it } from 'vitest'
import { app } from '../src/app.js'
import { bookings, rooms } from '../src/db/schema.js'
const pay = stub('https://pay.example')
const book = (guest: string) => request(app).post('/hotels/7/bookings').send({ guest })
beforeEach(() => { pay.on('POST', '/v1/charges').reply(201, { id: 'ch_1' }) })
`

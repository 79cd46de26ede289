import type { ProjectFacts } from '../../src/harness/project-facts.ts'
import { makeProject, type SampleProject } from './sample-project.ts'

export type SqliteDriver = 'better-sqlite3' | 'libsql'

export const SCHEMA = `
import { blob, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
export const rooms = sqliteTable('rooms', {
  id: integer('id').primaryKey({ autoIncrement: true }), name: text('name').notNull(),
})
export const bookings = sqliteTable('bookings', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  roomId: integer('room_id').notNull().references(() => rooms.id),
  guest: text('guest').notNull().unique(),
  isPaid: integer('is_paid', { mode: 'boolean' }).notNull().default(false),
  price: real('price'),
  details: text('details', { mode: 'json' }),
  photo: blob('photo', { mode: 'buffer' }),
  createdAt: integer('created_at', { mode: 'timestamp' }).notNull().$defaultFn(() => new Date()),
})
`

export const MIGRATION = `
CREATE TABLE \`rooms\` (\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL, \`name\` text NOT NULL);
--> statement-breakpoint
CREATE TABLE \`bookings\` (
  \`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL, \`room_id\` integer NOT NULL REFERENCES rooms(id),
  \`guest\` text NOT NULL, \`is_paid\` integer DEFAULT false NOT NULL, \`price\` real, \`details\` text, \`photo\` blob,
  \`created_at\` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX \`bookings_guest_unique\` ON \`bookings\` (\`guest\`);
--> statement-breakpoint
INSERT INTO rooms (name) VALUES ('blue'), ('green');
`

export const JOURNAL = JSON.stringify({
  version: '7',
  dialect: 'sqlite',
  entries: [{ idx: 0, version: '6', when: 1700000000000, tag: '0000_start', breakpoints: true }],
})

/** How each package opens the same file, which the code itself names. */
export const DATABASES = {
  'better-sqlite3': `
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
export const client = new Database(process.env.DB_FILE ?? 'hotel.db')
export const db = drizzle(client)`,
  libsql: `
import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
export const client = createClient({ url: process.env.DB_FILE ?? 'file:hotel.db' })
export const db = drizzle(client)`,
} satisfies Record<SqliteDriver, string>

/** `POST /moves` opens a room and books it in one transaction; `?goOn` books nothing when that fails. */
const APP = `
import express from 'express'
import { db } from './db/index.js'
import { bookings, rooms } from './db/schema.js'
import { move } from './move.js'
export const app = express().use(express.json())
app.post('/bookings', async (req, res) => {
  try {
    const [row] = await db.insert(bookings).values({ roomId: 1, guest: req.body.guest }).returning()
    res.status(201).json(row)
  } catch (error) {
    const { name, code, message } = error.cause ?? error
    res.status(503).json({ name, code, message })
  }
})
app.get('/bookings', async (req, res) => {
  try {
    res.json(await db.select().from(bookings))
  } catch (error) {
    res.status(503).json({ code: (error.cause ?? error).code })
  }
})
app.post('/moves', async (req, res) => {
  try {
    await move(req.body.guest, 'goOn' in req.query)
    res.status(204).end()
  } catch (error) {
    const { code, message } = error.cause ?? error
    res.status(503).json({ code, message })
  }
})
`

/** Transactions are synchronous in one package and not in the other. */
const MOVES = {
  'better-sqlite3': `
import { db } from './db/index.js'
import { bookings, rooms } from './db/schema.js'
export const move = (guest, goesOn) => db.transaction((tx) => {
  const room = tx.insert(rooms).values({ name: 'new' }).returning().get()
  try {
    tx.insert(bookings).values({ roomId: room.id, guest }).run()
  } catch (error) {
    if (!goesOn) throw error
  }
})`,
  libsql: `
import { db } from './db/index.js'
import { bookings, rooms } from './db/schema.js'
export const move = (guest, goesOn) => db.transaction(async (tx) => {
  const [room] = await tx.insert(rooms).values({ name: 'new' }).returning()
  try {
    await tx.insert(bookings).values({ roomId: room.id, guest })
  } catch (error) {
    if (!goesOn) throw error
  }
})`,
} satisfies Record<SqliteDriver, string>

export function sqliteFacts(driver: SqliteDriver, database: Partial<ProjectFacts['database']> = {}): ProjectFacts {
  return {
    schema: 'itest.harness/1',
    database: {
      dialect: 'sqlite',
      driver,
      urlVariables: ['DB_FILE'],
      partVariables: {},
      migrations: 'drizzle',
      schemaFiles: ['src/db/schema.ts'],
      ...database,
    },
    environment: {},
  }
}

/** The small hotel on SQLite. */
export function makeSqliteProject(
  driver: SqliteDriver,
  files: Readonly<Record<string, string>> = {},
  options: { without?: readonly string[] } = {},
): SampleProject {
  const all = {
    'src/app.ts': APP,
    'src/move.ts': MOVES[driver],
    'src/db/index.ts': DATABASES[driver],
    'src/db/schema.ts': SCHEMA,
    'drizzle/0000_start.sql': MIGRATION,
    'drizzle/meta/_journal.json': JOURNAL,
    '.itest/harness.json': JSON.stringify(sqliteFacts(driver)),
    ...files,
  }
  return makeProject(all, options)
}

/** The head of a test file of the hotel. */
export const SQLITE_HEAD = `
import request from 'supertest'
import { db, faults, queries } from 'itest-gen'
import { beforeEach, describe, expect, it } from 'vitest'
import { app } from '../src/app.js'
import { bookings, rooms } from '../src/db/schema.js'
const book = (guest: string) => request(app).post('/bookings').send({ guest })
const move = (guest: string, query = '') => request(app).post('/moves' + query).send({ guest })
`

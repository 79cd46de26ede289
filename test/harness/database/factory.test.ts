import { describe, expect, it } from 'vitest'
import { LIMIT_MS, runProject } from '../run-project.ts'

const SCHEMA = `
import { sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
export const role = pg.pgEnum('role', ['owner', 'guest'])
export const users = pg.pgTable('users', {
  id: pg.uuid('id').primaryKey().defaultRandom(),
  email: pg.varchar('email', { length: 18 }).notNull().unique(),
  name: pg.text('name').notNull(),
  role: role('role').notNull(),
  bio: pg.text('bio'),
  born: pg.date('born').notNull(),
  points: pg.bigint('points', { mode: 'bigint' }).notNull(),
  balance: pg.numeric('balance').notNull(),
  settings: pg.jsonb('settings').notNull(),
  tags: pg.text('tags').array().notNull(),
  joinedAt: pg.timestamp('joined_at', { withTimezone: true }).notNull(),
  opensAt: pg.time('opens_at').notNull(),
  address: pg.inet('address').notNull(),
})
export const teams = pg.pgTable('teams', {
  id: pg.serial('id').primaryKey(),
  ownerId: pg.uuid('owner_id').notNull().references(() => users.id),
  deputyId: pg.uuid('deputy_id').references(() => users.id),
  slug: pg.text('slug').notNull(),
}, (t) => [pg.unique().on(t.ownerId, t.slug)])
export const members = pg.pgTable('members', {
  teamId: pg.integer('team_id').notNull().references(() => teams.id),
  userId: pg.uuid('user_id').notNull().references(() => users.id),
  double: pg.integer('double').generatedAlwaysAs(sql\`team_id * 2\`),
}, (t) => [pg.primaryKey({ columns: [t.teamId, t.userId] })])
export const left = pg.pgTable('left', { id: pg.integer('id').primaryKey(), rightId: pg.integer('right_id').notNull().references(() => right.id) })
export const right = pg.pgTable('right', { id: pg.integer('id').primaryKey(), leftId: pg.integer('left_id').notNull().references(() => left.id) })
`

const TESTS = `
import { db, factory } from 'itest-gen'
import { expect, it } from 'vitest'
import { left, members, teams, users } from '../src/db/schema.js'

it('fills what the table demands', async () => {
  const user = await factory.create(users, { role: 'guest' })
  expect(user).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: 'ada@example.com', name: 'Ada Lovelace', role: 'guest', bio: null,
    born: '2030-01-15', points: expect.any(BigInt), balance: '49.99', settings: {}, tags: [],
    joinedAt: new Date('2030-01-15T10:00:00Z'), opensAt: '10:00:00', address: '192.0.2.1',
  })
  expect(await db.select().from(users)).toEqual([user])
  expect(user.id).toBe(process.env.SEEN_ID ?? user.id)
  process.env.SEEN_ID = user.id
})

it('makes the same again in the next test, and another one for each further row', async () => {
  const [first, second] = [await factory.create(users), await factory.create(users)]
  expect(first.id).toBe(process.env.SEEN_ID)
  expect(second.id).not.toBe(first.id)
  expect([first.email, second.email]).toEqual(['ada@example.com', expect.not.stringMatching(/^ada@example.com$/)])
  expect(second.email.length).toBeLessThanOrEqual(18)
  expect(second.name).toBe(first.name)
})

it('makes the parents that a row needs, and only those', async () => {
  const owner = await factory.create(users)
  const team = await factory.create(teams, { ownerId: owner.id })
  expect(team).toMatchObject({ id: 1, ownerId: owner.id, deputyId: null })
  const member = await factory.create(members, { teamId: team.id })
  expect(member).toMatchObject({ teamId: 1, double: 2 })
  expect(await db.$count(users)).toBe(2)
  await factory.create(members)
  expect([await db.$count(teams), await db.$count(users)]).toEqual([2, 4])
})

it('names a circle of tables that need each other, and what is no table', async () => {
  await expect(factory.create(left)).rejects.toThrow('Each row of these tables needs one of the next: left -> right -> left')
  await expect(factory.create({})).rejects.toThrow('Expected a Drizzle table')
})
`

describe('factory', { timeout: LIMIT_MS }, () => {
  it('makes rows for real tables, the same in every test', async () => {
    const facts = await runProject({
      'src/db/schema.ts': SCHEMA,
      'tests/factory.test.ts': TESTS,
      '.itest/harness.json': JSON.stringify({
        schema: 'itest.harness/1',
        database: {
          dialect: 'postgres',
          urlVariables: ['DATABASE_URL'],
          partVariables: {},
          migrations: null,
          schemaFiles: ['src/db/schema.ts'],
        },
        environment: {},
      }),
    })
    expect(facts.unhandled).toEqual([])
    expect(facts.tests.map(({ name, state, errors }) => [name, state, errors.map(({ message }) => message)])).toEqual([
      ['fills what the table demands', 'passed', []],
      ['makes the same again in the next test, and another one for each further row', 'passed', []],
      ['makes the parents that a row needs, and only those', 'passed', []],
      ['names a circle of tables that need each other, and what is no table', 'passed', []],
    ])
  })
})

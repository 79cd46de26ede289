import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { confirmTables } from '../../../src/scan/confirm-tables/confirm-tables.ts'
import { scanProject } from '../../../src/scan/scan.ts'
import { APP, confirm, outline, schema, USERS } from '../../support/confirm-source.ts'

describe('analysis and Drizzle agree', () => {
  it.each([
    ['orders', ['orders yes']],
    ['bookings', ['booking_events yes', 'bookings yes', 'rooms yes']],
  ])('on the fixture %s', async (name, expected) => {
    const root = fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url))
    const { files, codebase } = scanProject(root)
    const confirmation = await confirmTables(files, codebase)
    expect(outline(confirmation)).toEqual(expected)
    expect(confirmation.tables).toEqual(codebase.tables)
    expect(confirmation.findings).toEqual([])
  })

  it('on everything that Postgres has', async () => {
    const confirmation = await confirm(
      {
        'src/app.ts': APP.replace('_URL!', "_URL!, { casing: 'snake_case' }"),
        'src/parts.ts': `import { customType, timestamp, uuid } from 'drizzle-orm/pg-core'
          import { sql } from 'drizzle-orm'
          export const timestamps = {
            createdAt: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
            updatedAt: timestamp({ mode: 'string' }).$onUpdate(() => fetch('http://example.com')),
          }
          export const key = () => uuid().primaryKey().default(sql\`gen_random_uuid()\`)
          export const citext = customType<{ data: string }>({ dataType() { return 'citext' } })`,
        'src/schema.ts': `import * as p from 'drizzle-orm/pg-core'
          import { type AnyPgColumn, check, foreignKey, index, integer as int, pgEnum, pgPolicy, pgSchema, pgTable, pgTableCreator, pgView, primaryKey, text, unique, uniqueIndex } from 'drizzle-orm/pg-core'
          import { and, eq, isNull, relations, type SQL, sql } from 'drizzle-orm'
          import type { Request } from 'express'
          import { z } from 'zod'
          import { citext, key, timestamps } from '@/parts.js'
          export enum Role { Admin = 'admin', Member = 'member' }
          export const role = pgEnum('role', Role)
          export const state = pgEnum('state', z.enum(['new', 'done']).options)
          export const auth = pgSchema('auth')
          export const kind = auth.enum('kind', ['a', 'b'])
          export const users = pgTable('users', {
            id: key(),
            email: citext('email').notNull().unique('users_mail', { nulls: 'not distinct' }),
            handle: p.varchar({ length: 40 }).notNull().unique(),
            price: p.numeric({ precision: 10, scale: 2 }).default('0.00'),
            amount: p.decimal({ mode: 'number', precision: 6 }),
            big: p.bigint({ mode: 'bigint' }).default(5n),
            count: p.bigint('big_num', { mode: 'number' }).notNull().default(7),
            role: role().notNull().default(Role.Member),
            state: state('status').default('new'),
            kind: kind('kind'),
            tags: text().array().notNull().default(sql\`'{}'::text[]\`),
            grid: text('grid').notNull().array().array(),
            level: text({ enum: ['low', 'high'] }),
            token: text().notNull().$defaultFn(() => crypto.randomUUID()),
            parentId: p.uuid().references((): AnyPgColumn => users.id, { onDelete: 'set null', onUpdate: 'cascade' }),
            full: text().generatedAlwaysAs((): SQL => sql\`\${users.handle} || \${users.email}\`),
            seq: int().generatedAlwaysAsIdentity(),
            place: p.point(), point: p.point({ mode: 'xy' }), ip: p.inet(), at: p.time({ withTimezone: true, precision: 2 }),
            span: p.interval(), day: p.date(), date: p.date({ mode: 'date' }), meta: p.jsonb().default({ a: 1 }),
            v: p.vector({ dimensions: 3 }), half: p.doublePrecision(), small: p.smallint(), serial: p.bigserial({ mode: 'number' }),
            deletedAt: p.timestamp('deleted_at'),
            ...timestamps,
          }, (t) => [
            uniqueIndex('lower').on(sql\`lower(\${t.handle})\`),
            uniqueIndex('live').on(t.email.desc().nullsLast(), t.handle).where(and(isNull(t.deletedAt), eq(t.state, 'new'))!),
            index().on(t.createdAt.desc()),
            index('gin').using('gin', t.tags),
            unique().on(t.handle, t.role).nullsNotDistinct(),
            check('big_ok', sql\`\${t.big} > 0 and \${t.handle} <> \${"it's"}\`),
            pgPolicy('p', { for: 'select' }),
          ])
          export const authUsers = auth.table('users', { id: p.serial().primaryKey(), userId: p.uuid().references(() => users.id), other: int() },
            (t) => ({ self: foreignKey({ columns: [t.other], foreignColumns: [t.id], name: 'self' }).onDelete('cascade') }))
          export const members = pgTable('members', { orgId: int(), userId: p.uuid().references(() => users.id, { onDelete: 'cascade' }) },
            (t) => ({ pk: primaryKey({ columns: [t.orgId, t.userId] }) }))
          const app = pgTableCreator((name) => \`app_\${name}\`)
          export const badges = app('badges', (t) => ({ org: t.integer('org'), member: t.uuid() }),
            (t) => [foreignKey({ columns: [t.org, t.member], foreignColumns: [members.orgId, members.userId] }).onUpdate('restrict')]).enableRLS()
          const hidden = pgTable('hidden', { id: int() })
          export const bag = { hidden }
          export const live = pgView('live').as((qb) => qb.select().from(users))
          export const usersRelations = relations(users, ({ many }) => ({ badges: many(badges) }))
          export type Handler = (req: Request) => void`,
      },
      { packageJson: { type: 'module' }, compilerOptions: { paths: { '@/*': ['./src/*'] } } },
    )
    expect(confirmation.findings.map(({ message }) => message)).toEqual([])
    expect(outline(confirmation)).toEqual([
      'app_badges yes',
      'auth.users yes',
      'hidden yes',
      'members yes',
      'users yes',
    ])
  })

  it('on what SQLite and MySQL have of their own', async () => {
    const confirmation = await confirm({
      'src/lite.ts': `import { blob, check, foreignKey, index, int, integer, numeric, primaryKey, real, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
        import { sql } from 'drizzle-orm'
        export const users = sqliteTable('users', {
          id: integer('id').primaryKey({ autoIncrement: true }), n: int().notNull(), flag: integer({ mode: 'boolean' }).default(false),
          at: integer('at', { mode: 'timestamp' }).notNull().default(sql\`(unixepoch())\`), ms: integer({ mode: 'timestamp_ms' }).$defaultFn(() => new Date()),
          js: text({ mode: 'json' }), name: text('name', { length: 20, enum: ['a', 'b'] }).unique(), r: real(), b: blob(), bj: blob({ mode: 'json' }), num: numeric(),
          gen: text().generatedAlwaysAs(sql\`name || 'x'\`, { mode: 'virtual' }),
        }, (t) => ({ u: uniqueIndex('u').on(t.n).where(sql\`\${t.flag} = 1\`), i: index('i').on(t.n, t.r), c: check('c', sql\`\${t.n} > \${5}\`) }))
        export const links = sqliteTable('links', { a: integer('a').references(() => users.id, { onDelete: 'cascade' }), b: text('b') },
          (t) => [primaryKey({ columns: [t.a, t.b] }), unique('q').on(t.b), foreignKey(() => ({ columns: [t.b], foreignColumns: [users.name] }))])`,
      'src/my.ts': `import { bigint, binary, boolean, check, date, datetime, decimal, double, foreignKey, int, json, mysqlEnum, mysqlSchema, mysqlTable, primaryKey, serial, text, time, timestamp, tinytext, uniqueIndex, varchar, year } from 'drizzle-orm/mysql-core'
        import { sql } from 'drizzle-orm'
        const shop = mysqlSchema('shop')
        export const people = mysqlTable('people', {
          id: serial('id').primaryKey(), n: int('n', { unsigned: true }).autoincrement(), name: varchar({ length: 255 }).notNull().unique(),
          role: mysqlEnum('role', ['a', 'b']).default('a'), big: bigint('big', { mode: 'number', unsigned: true }),
          at: datetime('at', { mode: 'string', fsp: 3 }), created: timestamp('created').defaultNow().onUpdateNow(), price: decimal({ precision: 8, scale: 3 }),
          js: json(), t: text(), tt: tinytext(), ok: boolean().default(true), y: year(), d: date(), ds: date({ mode: 'string' }), b: binary({ length: 16 }),
          f: double({ precision: 5, scale: 1 }), tm: time(), up: varchar({ length: 10 }).generatedAlwaysAs(sql\`upper(name)\`, { mode: 'stored' }),
        }, (t) => [uniqueIndex('ui').on(t.n, t.name), check('c', sql\`\${t.n} > 0\`)])
        export const orders = shop.table('orders', { a: int(), b: int(), u: bigint({ mode: 'number' }).references(() => people.big, { onDelete: 'no action' }) },
          (t) => [primaryKey({ columns: [t.a, t.b], name: 'pk' }), foreignKey({ columns: [t.a], foreignColumns: [people.n], name: 'fk' })])`,
    })
    expect(confirmation.findings.map(({ message }) => message)).toEqual([])
    expect(outline(confirmation)).toEqual(['links yes', 'people yes', 'shop.orders yes', 'users yes'])
  })

  it('on a CommonJS schema in JavaScript', async () => {
    const confirmation = await confirm({
      'src/parts.js':
        "const { text } = require('drizzle-orm/pg-core')\nmodule.exports.name = () => text('name').notNull()",
      'src/schema.js': `const { pgTable, serial } = require('drizzle-orm/pg-core')
        const { name } = require('./parts')
        const users = pgTable('users', { id: serial('id').primaryKey(), name: name() })
        module.exports = { users }`,
    })
    expect(outline(confirmation)).toEqual(['users yes'])
  })

  it('on two tables of one name, and on what points at them', async () => {
    const make = (column: string): string =>
      schema(`export const users = pgTable('users', { ${column}: integer().primaryKey() })
        export const posts = pgTable('posts', { author: integer().references(() => users.${column}) })`)
    const { results, tables } = await confirm({ 'src/a.ts': make('id'), 'src/b.ts': make('no') })
    expect(results.map(({ confirmed }) => confirmed)).toEqual(['yes', 'yes', 'yes', 'yes'])
    expect(tables.flatMap(({ foreignKeys }) => foreignKeys.map(({ table }) => table))).toEqual([
      'users (src/b.ts)',
      'users',
    ])
  })
})

describe('the run-time value wins', () => {
  it('over a wrong one of each kind', async () => {
    const { tables, results, findings } = await confirm(
      {
        'src/schema.ts': schema(`export const teams = pgTable('teams', { id: integer().primaryKey() })
          export const users = pgTable('users', { id: integer('no').primaryKey(), team: integer().notNull().references(() => teams.id) })`),
      },
      {
        spoil: (table) =>
          table.name === 'teams'
            ? table
            : {
                ...table,
                columns: table.columns.map((column) => ({ ...column, notNull: false, name: 'wrong' })),
                foreignKeys: [],
                primaryKey: [],
              },
      },
    )
    expect(results[1]).toMatchObject({
      confirmed: 'differs',
      differences: [
        { what: 'columns.id.name', analysis: 'wrong', runTime: 'no' },
        { what: 'columns.id.notNull', analysis: false, runTime: true },
        { what: 'columns.team.name', analysis: 'wrong', runTime: 'team' },
        { what: 'columns.team.notNull', analysis: false, runTime: true },
        { what: 'primaryKey', analysis: [], runTime: ['id'] },
        { what: 'foreignKeys', analysis: [], runTime: [{ columns: ['team'], table: 'teams' }] },
      ],
    })
    expect(tables[1]).toMatchObject({
      primaryKey: ['id'],
      foreignKeys: [{ table: 'teams', foreignColumns: ['id'] }],
      columns: [
        { name: 'no', notNull: true },
        { name: 'team', notNull: true, references: { table: 'teams' } },
      ],
    })
    expect(findings[0]).toEqual({
      kind: 'differs',
      message: 'columns.id.name of the table users: analysis says "wrong", Drizzle says "no", which is used',
      at: { file: 'src/schema.ts', line: 3 },
    })
  })

  it('over nothing: columns and values that analysis can not know', async () => {
    const { results, tables } = await confirm({
      'src/schema.ts': schema(`const names = Object.fromEntries(Array.of('a', 'b').map((name) => [name, text()]))
        export const users = pgTable('users', { id: integer().default(Array.of(1, 2).length), ...names })`),
    })
    expect(results[0]?.confirmed).toBe('differs')
    expect(tables[0]?.columns.map(({ key }) => key)).toEqual(['id', 'a', 'b'])
    expect(tables[0]?.columns[0]).toMatchObject({ defaultSource: 'literal', defaultValue: 2 })
  })

  it('over tables that analysis did not see', async () => {
    const { tables, results, findings } = await confirm({
      'src/schema.ts': `${USERS}\nexport const extra = Array.of(pgTable).at(0)!('x', { id: integer('no') })`,
    })
    expect(results.map(({ table }) => table)).toEqual(['users'])
    expect(tables[1]).toMatchObject({ name: 'x', exportName: 'extra', columns: [{ key: 'id', name: 'no' }] })
    expect(findings).toEqual([
      {
        kind: 'missed',
        message: 'analysis did not see the table x, which is there when the schema is run',
        at: { file: 'src/schema.ts', line: 3 },
      },
    ])
  })
})

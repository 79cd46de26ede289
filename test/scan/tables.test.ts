import { describe, expect, it } from 'vitest'
import { readHandler, scanFiles } from '../support/scan-source.ts'
import { tablesOf, unresolvedOf } from '../support/schema-source.ts'

describe('tables', () => {
  it('of two schemas may share a name', () => {
    const tables = tablesOf(`
      const auth = pgSchema('auth')
      export const users = pgTable('users', { id: integer().primaryKey() })
      export const authUsers = auth.table('users', { id: integer().primaryKey(), userId: integer().references(() => users.id) })
      export const tokens = auth.table('tokens', { owner: integer().references(() => authUsers.id) })`)
    expect(tables.map(({ name, schema, exportName }) => [name, schema, exportName])).toEqual([
      ['auth.tokens', 'auth', 'tokens'],
      ['auth.users', 'auth', 'authUsers'],
      ['users', null, 'users'],
    ])
    expect(tables.map(({ foreignKeys }) => foreignKeys.map(({ table, name }) => [table, name]))).toEqual([
      [['auth.users', 'tokens_owner_users_id_fk']],
      [['users', 'users_userId_users_id_fk']],
      [],
    ])
  })

  it('of two schemas are told apart in a trace', () => {
    const dossier = readHandler('await db.insert(members).values({ id: 1 })\nres.json(await db.select().from(users))', {
      imports: "import { members } from './auth.js'",
      files: {
        'src/auth.ts': `import { integer, pgSchema } from 'drizzle-orm/pg-core'
          export const members = pgSchema('auth').table('users', { id: integer().primaryKey() })`,
      },
    })
    const names = dossier.scenarios[0]?.events.flatMap((event) => (event.kind === 'db' ? [event.table] : []))
    expect(names).toEqual(['auth.users', 'users'])
    expect(dossier.tables.map(({ name }) => name).sort()).toEqual(['auth.users', 'users'])
  })

  it('of two dialects or files are told apart', () => {
    const tables = tablesOf("export const users = pgTable('users', { id: integer() })", {
      files: {
        'src/lite.ts':
          "import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'\nexport const users = sqliteTable('users', { id: integer() })",
        'src/old.ts':
          "import { integer, pgTable } from 'drizzle-orm/pg-core'\nexport const users = pgTable('users', { no: integer() })",
      },
    })
    expect(new Set(tables.map(({ name }) => name)).size).toBe(3)
    expect(tables.map(({ dialect, at }) => `${dialect} ${at.file}`).sort()).toEqual([
      'postgres src/old.ts',
      'postgres src/schema.ts',
      'sqlite src/lite.ts',
    ])
  })

  it('are made by creators and schemas, with row level security or without', () => {
    const tables = tablesOf(`
      const app = pgTableCreator((name) => \`app_\${name}\`)
      export const a = app('a', { id: integer() })
      export const b = app('b', (t) => ({ id: t.integer() })).enableRLS()
      export const c = pgTable.withRLS('c', { id: integer() })`)
    expect(tables.map(({ name, exportName, columns }) => [name, exportName, columns.length])).toEqual([
      ['app_a', 'a', 1],
      ['app_b', 'b', 1],
      ['c', 'c', 1],
    ])
  })

  it('of MySQL have their schema', () => {
    const [table] = tablesOf("export const o = mysqlSchema('shop').table('orders', { id: serial() })", {
      dialect: 'mysql',
    })
    expect(table).toMatchObject({ name: 'shop.orders', schema: 'shop', dialect: 'mysql' })
  })

  it('name their own casing from drizzle-orm 1 on', () => {
    const [table] = tablesOf(
      "import { snakeCase } from 'drizzle-orm/pg-core'\nexport const a = snakeCase.table('a', { userId: integer() })",
    )
    expect(table?.columns.map(({ name }) => name)).toEqual(['user_id'])
  })

  it('are where they are exported, not where they are passed on', () => {
    const [table] = tablesOf("export const a = pgTable('a', { id: integer() })", {
      files: {
        'src/app.ts':
          "import express from 'express'\nexport { a } from './schema.js'\nimport { a } from './schema.js'\nexport const app = express()\napp.get('/', (req, res) => res.json(a))",
      },
    })
    expect(table).toMatchObject({ exportName: 'a', at: { file: 'src/schema.ts', line: 3 } })
  })

  it('are found behind module.exports', () => {
    const { tables } = scanFiles({
      'src/schema.js':
        "const { integer, pgTable } = require('drizzle-orm/pg-core')\nconst users = pgTable('users', { id: integer() })\nmodule.exports = { people: users }",
      'src/app.js':
        "const express = require('express')\nconst { people } = require('./schema')\nconst app = express()\napp.get('/', (req, res) => res.json(people))\nmodule.exports = app",
    })
    expect(tables).toMatchObject([{ name: 'users', exportName: 'people', at: { file: 'src/schema.js' } }])
  })

  it('are neither views nor relations', () => {
    const tables = tablesOf(`
      export const users = pgTable('users', { id: integer() })
      export const recent = pgView('recent').as((qb) => qb.select().from(users))
      export const usersRelations = relations(users, ({ many }) => ({ posts: many(users) }))`)
    expect(tables.map(({ name }) => name)).toEqual(['users'])
  })

  it('are not guessed behind a view', () => {
    const dossier = readHandler('res.json(await db.select().from(recent))', {
      imports: "import { recent } from './views.js'",
      files: {
        'src/views.ts': `import { pgView } from 'drizzle-orm/pg-core'
          import { users } from './schema.js'
          export const recent = pgView('recent').as((qb) => qb.select().from(users))`,
      },
    })
    expect(dossier.scenarios[0]?.events[0]).toMatchObject({ kind: 'db', table: null })
    expect(dossier.unresolved.map(({ what }) => what)).toContain('rows are read from a view, not from a table')
  })

  it('are read through an alias', () => {
    const dossier = readHandler("const parent = alias(users, 'parent')\nres.json(await db.select().from(parent))", {
      imports: "import { alias } from 'drizzle-orm/pg-core'",
    })
    expect(dossier.scenarios[0]?.events[0]).toMatchObject({ kind: 'db', table: 'users' })
  })

  it('bring the tables that a foreign key of several columns needs', () => {
    const dossier = readHandler('await db.insert(members).values(req.body)\nres.end()', {
      imports: "import { members } from './members.js'",
      files: {
        'src/members.ts': `import { foreignKey, integer, pgTable, text } from 'drizzle-orm/pg-core'
          import { users } from './schema.js'
          export const members = pgTable('members', { id: integer(), mail: text() }, (t) => [
            foreignKey({ columns: [t.id, t.mail], foreignColumns: [users.id, users.email] }),
          ])`,
      },
    })
    expect(dossier.tables.map(({ name }) => name).sort()).toEqual(['members', 'users'])
  })
})

describe('what is not understood', () => {
  it.each([
    ['pgTable(process.env.NAME, { id: integer() })', 'the name of this table is only known at run time'],
    ["pgSchema(process.env.NAME).table('x', { id: integer() })", 'the schema of this table is only known at run time'],
    [
      `pgTableCreator((name) => \`\${process.env.NAME}_\${name}\`)('x', { id: integer() })`,
      'how the table creator names this table is only known at run time',
    ],
    ["pgTable('x', columns)", 'not all columns of the table x are known'],
    ["pgTable('x', { a: columns.a })", 'the type columns of the column a is not known'],
    ["pgTable('x', { a: 5 })", 'the column a of the table x is not known'],
    ["pgTable('x', { a: integer(process.env.NAME) })", 'the name of the column a is only known at run time'],
    ["pgTable('x', { a: text().default(columns.a) })", 'the default of the column a is only known at run time'],
    ["pgTable('x', { a: ulid() })", 'the type ulid of the column a is not known'],
    ["pgTable('x', { a: pgEnum('e', columns.values)() })", 'the values of the enum column a are not known'],
    ["pgTable('x', { a: integer().references(() => columns.a) })", 'what the column a references is not known'],
    ["pgTable('x', { a: integer() }, (t) => columns.extras(t))", 'not all constraints of the table x are known'],
    ["pgTable('x', { a: integer() }, (t) => [columns.extra])", 'columns of the table x is not known'],
    ["pgTable('x', { a: integer() }, (t) => [5])", 'a constraint or index that is not known'],
    [
      "pgTable('x', { a: integer() }, (t) => [primaryKey({ columns: [t.b] })])",
      'a column of the primary key of x is not known',
    ],
    [
      "pgTable('x', { a: integer() }, (t) => [foreignKey({ columns: [t.a], foreignColumns: [columns.a] })])",
      'a foreign key of the table x is not known',
    ],
    ["pgTable('x', { a: integer() }, (t) => [check('c', columns.a)])", "SQL of the table x can't be read"],
    [
      "pgTable('x', { a: integer() }, (t) => [sql`check (a > 0)`])",
      'SQL among the constraints of x, which Drizzle ignores',
    ],
    [`pgTable('x', { a: integer().default(sql\`\${columns.a}\`) })`, "SQL of a column can't be read"],
  ])('is on record: %s', (table, what) => {
    const found = unresolvedOf(
      `import { columns } from 'elsewhere'\nimport { ulid } from 'drizzle-ulid'\nexport const x = ${table}`,
    )
    expect(found).toContain(`${what} src/schema.ts:5`)
  })

  it('has no place among tables: SingleStore', () => {
    const options = { dialect: 'mysql' } as const
    expect(tablesOf("export const x = singlestoreTable('x', { id: int() })", options)).toEqual([])
  })
})

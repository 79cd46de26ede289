import { describe, expect, it } from 'vitest'
import { appWith, readHandler, scanFiles } from '../support/scan-source.ts'
import { columnOf, tableOf, tablesOf, unresolvedOf } from '../support/schema-source.ts'

describe('columns', () => {
  it.each([
    ["varchar('a', { length: 80 })", { type: 'varchar', length: 80, json: 'string' }],
    ['char({ length: 2 })', { type: 'char', length: 2 }],
    ['numeric({ precision: 10, scale: 2 })', { type: 'numeric', precision: 10, scale: 2, json: 'string' }],
    ["numeric({ mode: 'number' })", { mode: 'number', json: 'number' }],
    ["bigint({ mode: 'number' })", { mode: 'number', json: 'number' }],
    ["bigint({ mode: 'bigint' })", { mode: 'bigint', json: 'string' }],
    ["timestamp({ withTimezone: true, mode: 'string' })", { withTimezone: true, mode: 'string', json: 'string' }],
    ['timestamp({ precision: 3 })', { withTimezone: false, precision: 3, json: 'date' }],
    ['date()', { json: 'string' }],
    ["date({ mode: 'date' })", { json: 'date' }],
    ["point({ mode: 'xy' })", { json: 'object' }],
    ['vector({ dimensions: 3 })', { type: 'vector', json: 'unknown' }],
    ['text().array()', { type: 'text[]', json: 'unknown' }],
    ['integer().array().array()', { type: 'integer[][]' }],
    ["text({ enum: ['low', 'high'] })", { enumValues: ['low', 'high'] }],
    ["text('t', { length: 9 })", { length: null }],
    ["pgEnum('mood', ['ok', 'sad'])('m')", { type: 'enum', enumValues: ['ok', 'sad'], name: 'm' }],
    ["pgEnum('mood', { Ok: 'ok', Sad: 'sad' })()", { type: 'enum', enumValues: ['ok', 'sad'] }],
    ["pgSchema('s').enum('mood', ['ok'])()", { type: 'enum', enumValues: ['ok'] }],
    ["customType({ dataType() { return 'citext' } })('c')", { type: 'customType', sqlType: 'citext', json: 'unknown' }],
    [
      `customType({ dataType: (config) => \`vector(\${config.dims})\` })({ dims: 5 })`,
      { sqlType: 'vector(5)', name: 'it' },
    ],
  ])('reads %s of Postgres', (builder, expected) => {
    expect(columnOf(builder)).toMatchObject(expected)
  })

  it.each([
    ["text({ mode: 'json' })", { json: 'object', mode: 'json' }],
    ["text({ length: 9, enum: ['a'] })", { length: 9, enumValues: ['a'] }],
    ["integer({ mode: 'boolean' })", { type: 'integer', json: 'boolean' }],
    ["integer({ mode: 'timestamp_ms' })", { json: 'date', mode: 'timestamp_ms' }],
    ["blob({ mode: 'json' })", { json: 'object' }],
    ['blob()', { json: 'unknown' }],
    ['int().primaryKey()', { json: 'number', hasDefault: true, defaultSource: 'database' }],
    ['text().primaryKey()', { hasDefault: false, defaultSource: null, notNull: true }],
  ])('reads %s of SQLite', (builder, expected) => {
    expect(columnOf(builder, { dialect: 'sqlite' })).toMatchObject(expected)
  })

  it.each([
    ["mysqlEnum('role', ['a', 'b'])", { name: 'role', enumValues: ['a', 'b'] }],
    ["mysqlEnum(['a', 'b'])", { name: 'it', enumValues: ['a', 'b'] }],
    ['date()', { json: 'date' }],
    ["date({ mode: 'string' })", { json: 'string' }],
    ["datetime({ mode: 'string' })", { json: 'string' }],
    ['year()', { json: 'number' }],
    ['int().autoincrement()', { hasDefault: true, defaultSource: 'database' }],
    ['timestamp().defaultNow().onUpdateNow()', { defaultSource: 'sql', defaultSql: '(now())', onUpdate: 'sql' }],
  ])('reads %s of MySQL', (builder, expected) => {
    expect(columnOf(builder, { dialect: 'mysql' })).toMatchObject(expected)
  })

  it.each([
    ["text().default('x')", { defaultSource: 'literal', defaultValue: 'x', defaultSql: null }],
    ['timestamp().default(new Date())', { defaultSource: 'literal', defaultValue: null }],
    ["timestamp().default(new Date('2030-01-01'))", { defaultSource: 'literal' }],
    ['jsonb().default({ a: 1 })', { defaultSource: 'literal', defaultValue: null }],
    ["bigint({ mode: 'bigint' }).default(5n)", { defaultSource: 'literal', defaultValue: null }],
    [`integer().default(sql\`1 + \${2}\`)`, { defaultSource: 'sql', defaultValue: null, defaultSql: '1 + 2' }],
    ['timestamp().defaultNow()', { defaultSource: 'sql', defaultSql: 'now()' }],
    ['uuid().defaultRandom()', { defaultSource: 'sql', defaultSql: 'gen_random_uuid()' }],
    ['uuid().$defaultFn(() => crypto.randomUUID())', { defaultSource: 'function', hasDefault: true }],
    ["text().default('x').$default(() => 'y')", { defaultSource: 'function', defaultValue: null }],
    ['timestamp().$onUpdate(() => new Date())', { onUpdate: 'function', defaultSource: 'function' }],
    ['timestamp().defaultNow().$onUpdate(() => new Date())', { onUpdate: 'function', defaultSource: 'sql' }],
    ['serial()', { defaultSource: 'database', notNull: true }],
    ['integer().generatedAlwaysAsIdentity()', { identity: 'always', defaultSource: 'database', notNull: true }],
    ['integer().generatedByDefaultAsIdentity()', { identity: 'byDefault' }],
    ['text().generatedAlwaysAs(sql`lower(name)`)', { generated: { sql: 'lower(name)' }, defaultSource: null }],
    ["text().generatedAlwaysAs('1')", { generated: { sql: '1' } }],
    ['text().notNull().array()', { notNull: false }],
    ['text().array().notNull().default([])', { notNull: true, defaultSource: 'literal' }],
  ])('knows who fills %s', (builder, expected) => {
    expect(columnOf(builder)).toMatchObject(expected)
  })

  it('knows that drizzle-orm 1 keeps what was said before array()', () => {
    const files = {
      'src/schema.ts':
        "import { pgTable, text } from 'drizzle-orm/pg-core'\nexport const a = pgTable('a', { b: text().notNull().array('[][]') })",
    }
    const { tables } = scanFiles({ ...appWith(''), ...files }, { drizzle: '1.0.0' })
    expect(tables[0]?.columns[0]).toMatchObject({ notNull: true, type: 'text[][]' })
  })

  it('follows spreads, helpers, callbacks, namespaces and aliases', () => {
    const tables = tablesOf(
      `import * as p from 'drizzle-orm/pg-core'
       import { varchar as vc } from 'drizzle-orm/pg-core'
       import { id, timestamps } from './helpers.js'
       export const a = p.pgTable('a', { id: id(), name: vc('n', { length: 3 }), ...timestamps })
       export const b = pgTable('b', (t) => ({ id: t.uuid().primaryKey(), at: t.timestamp('a_t') }))
       export const c = pgTable('c', ({ integer: int }) => ({ id: int('i') }))`,
      {
        files: {
          'src/helpers.ts': `import { timestamp, uuid } from 'drizzle-orm/pg-core'
            export const id = () => uuid('id').primaryKey().defaultRandom()
            export const timestamps = { createdAt: timestamp('created_at').notNull().defaultNow() }`,
        },
      },
    )
    const outline = tables.map(({ columns }) => columns.map(({ key, name, type }) => `${key} ${name} ${type}`))
    expect(outline).toEqual([
      ['id id uuid', 'name n varchar', 'createdAt created_at timestamp'],
      ['id id uuid', 'at a_t timestamp'],
      ['id i integer'],
    ])
  })

  it.each([
    ["'snake_case'", ['user_id', 'html5_text', 'Given', 'created_at']],
    ["'camelCase'", ['userId', 'html5Text', 'Given', 'createdAt']],
    ['undefined', ['userId', 'html5Text', 'Given', 'created_at']],
  ])('names columns by the casing %s', (casing, names) => {
    const table = tableOf(
      "export const a = pgTable('a', { userId: integer(), html5Text: text(), given: text('Given'), created_at: text() })",
      { casing },
    )
    // The last one is Drizzle's own: 'html5Text' has the words html5 and Text.
    expect(table.columns.map(({ name }) => name)).toEqual(
      names.map((name) => name.replace('html_5_text', 'html5_text')),
    )
  })

  it('says that the casing is not known', () => {
    expect(unresolvedOf("export const a = pgTable('a', { id: integer() })", { casing: 'process.env.CASING' })).toEqual([
      'the casing of drizzle(...) is only known at run time src/app.ts:3',
    ])
  })
})

describe('enums', () => {
  it.each([
    ['z.enum(role.enumValues)'],
    ['z.enum(people.role.enumValues)'],
    ['Role'],
    ['z.enum(Role.options)'],
    ['z.enum([Role.enum.admin, Role.enum.member])'],
  ])('give their values to %s', (schema) => {
    const dossier = readHandler(`const input = z.object({ role: ${schema} }).parse(req.body)\nres.json(input)`, {
      imports: "import { z } from 'zod'\nimport { people, Role, role } from './people.js'",
      files: {
        'src/people.ts': `import { pgEnum, pgTable } from 'drizzle-orm/pg-core'
          import { z } from 'zod'
          export const Role = z.enum(['admin', 'member'])
          export const role = pgEnum('role', Role.options)
          export const people = pgTable('people', { role: role() })`,
      },
    })
    expect(JSON.stringify(dossier.scenarios[0]?.decisions)).toContain('"values":["admin","member"]')
  })
})

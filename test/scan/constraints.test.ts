import { describe, expect, it } from 'vitest'
import { tableOf, tablesOf } from '../support/schema-source.ts'

describe('constraints', () => {
  it.each([
    ['an object', '(t) => ({ pk: primaryKey({ columns: [t.a, t.b] }), u: unique("u").on(t.a) })'],
    ['a list', '(t) => [primaryKey({ columns: [t.a, t.b] }), unique("u").on(t.a)]'],
    ['lists in a list', '({ a, b }) => [[primaryKey({ columns: [a, b] })], unique("u").on(a)]'],
    ['the old form', '(t) => ({ pk: primaryKey(t.a, t.b), u: unique("u").on(t.a) })'],
  ])('are read from %s', (_, extras) => {
    const table = tableOf(`export const x = pgTable('x', { a: integer(), b: integer() }, ${extras})`)
    expect(table.primaryKey).toEqual(['a', 'b'])
    expect(table.uniques).toMatchObject([{ name: 'u', columns: ['a'], partial: false }])
  })

  it('of columns are in the lists of the table too', () => {
    const { primaryKey, uniques, foreignKeys } = tableOf(`export const users = pgTable('users', {
      id: integer('id').primaryKey(),
      email: text('e_mail').unique(),
      nick: text().unique('nick_once', { nulls: 'not distinct' }),
      parent: integer('parent_id').references((): AnyPgColumn => users.id, { onDelete: 'set null', onUpdate: 'cascade' }),
    })`)
    expect(primaryKey).toEqual(['id'])
    expect(uniques.map(({ name, columns, nullsNotDistinct }) => ({ name, columns, nullsNotDistinct }))).toEqual([
      { name: 'users_e_mail_unique', columns: ['email'], nullsNotDistinct: false },
      { name: 'nick_once', columns: ['nick'], nullsNotDistinct: true },
    ])
    expect(foreignKeys).toEqual([
      {
        name: 'users_parent_id_users_id_fk',
        columns: ['parent'],
        table: 'users',
        foreignColumns: ['id'],
        onDelete: 'set null',
        onUpdate: 'cascade',
      },
    ])
  })

  it('tells partial and computed unique indexes from plain ones', () => {
    const { uniques, indexes } = tableOf(`export const x = pgTable('x', { a: text('a_a'), at: timestamp() }, (t) => [
      uniqueIndex('plain').on(t.a),
      uniqueIndex('live').on(t.a.desc().nullsLast()).where(isNull(t.at)),
      uniqueIndex('both').on(t.a).where(and(eq(t.a, "it's"), sql\`\${t.at} > now()\`)),
      uniqueIndex('lower').on(sql\`lower(\${t.a})\`),
      unique('nd').on(t.a, t.at).nullsNotDistinct(),
      unique().on(t.a, t.at),
      index().using('btree', t.a.asc().op('text_ops')),
      index('i').on(t.at).where(sql\`true\`),
    ])`)
    expect(uniques.map(({ name, columns, where }) => [name, columns, where])).toEqual([
      ['plain', ['a'], null],
      ['live', ['a'], '"x"."at" is null'],
      ['both', ['a'], `("x"."a_a" = 'it''s' and "x"."at" > now())`],
      ['lower', [], null],
      ['nd', ['a', 'at'], null],
      ['x_a_a_at_unique', ['a', 'at'], null],
    ])
    expect(uniques.map(({ partial }) => partial)).toEqual([false, true, true, false, false, false])
    expect(uniques[3]?.expressions).toEqual(['lower("x"."a_a")'])
    expect(uniques[4]?.nullsNotDistinct).toBe(true)
    expect(indexes).toEqual([
      { name: null, columns: ['a'], expressions: [], where: null },
      { name: 'i', columns: ['at'], expressions: [], where: 'true' },
    ])
  })

  it('reads foreign keys of several columns, also to a table that is made later', () => {
    const [members] = tablesOf(`
      export const members = pgTable('members', { org: integer(), no: integer(), a: integer() }, (t) => [
        foreignKey({ columns: [t.org, t.no], foreignColumns: [orgs.id, orgs.no], name: 'fk' }).onDelete('cascade').onUpdate('no action'),
        foreignKey({ columns: [t.a], foreignColumns: [orgs.id] }),
      ])
      export const orgs = pgTable('orgs', { id: integer('ID'), no: integer() })`)
    expect(members?.foreignKeys).toEqual([
      {
        name: 'fk',
        columns: ['org', 'no'],
        table: 'orgs',
        foreignColumns: ['id', 'no'],
        onDelete: 'cascade',
        onUpdate: 'no action',
      },
      {
        name: 'members_a_orgs_ID_fk',
        columns: ['a'],
        table: 'orgs',
        foreignColumns: ['id'],
        onDelete: null,
        onUpdate: null,
      },
    ])
  })

  it('reads checks with their SQL', () => {
    const options = { casing: "'snake_case'" }
    const { checks } = tableOf(
      `export const x = pgTable('x', { minAge: integer() }, (t) => [
        check('old', sql\`\${t.minAge} >= \${18}\`),
        check('raw', sql.raw('1 = 1')),
        check('far', sql\`\${t.minAge} < \${process.env.MAX}\`),
      ])`,
      options,
    )
    expect(checks).toEqual([
      { name: 'old', sql: '"x"."min_age" >= 18' },
      { name: 'raw', sql: '1 = 1' },
      { name: 'far', sql: null },
    ])
  })

  it('knows that columns of a primary key are not null, except in SQLite', () => {
    const make = (dialect: 'pg' | 'sqlite'): (boolean | undefined)[] =>
      tableOf(
        `export const x = ${dialect}Table('x', { a: integer(), b: integer() }, (t) => [primaryKey({ columns: [t.a, t.b] })])`,
        { dialect },
      ).columns.map(({ notNull }) => notNull)
    expect([make('pg'), make('sqlite')]).toEqual([
      [true, true],
      [false, false],
    ])
  })
})

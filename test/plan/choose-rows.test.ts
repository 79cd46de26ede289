import { describe, expect, it } from 'vitest'
import { makeRow } from '../../src/plan/choose-rows.ts'
import { column, dossier, table } from '../support/dossier-factory.ts'

const number = { type: 'integer', json: 'number', notNull: true } as const
const orgs = table({
  name: 'orgs',
  columns: [column({ key: 'id', ...number }), column({ key: 'no', ...number }), column({ key: 'name', notNull: true })],
  primaryKey: ['id', 'no'],
})
const members = table({
  name: 'members',
  columns: [
    column({ key: 'org', ...number, references: { table: 'orgs', column: 'id', onDelete: null, onUpdate: null } }),
    column({ key: 'orgNo', ...number }),
  ],
  foreignKeys: [
    {
      name: 'fk',
      columns: ['org', 'orgNo'],
      table: 'orgs',
      foreignColumns: ['id', 'no'],
      onDelete: null,
      onUpdate: null,
    },
  ],
})

describe('a row with a foreign key of several columns', () => {
  it('needs one parent that fits them all', () => {
    const fixed = { org: 5, orgNo: 7 }
    const made = makeRow(dossier({ tables: [orgs, members] }), {
      table: members,
      tables: new Map(),
      fixed,
      avoidsUsual: false,
    })
    expect(made).toEqual({
      ok: true,
      row: fixed,
      parents: [{ table: 'orgs', row: { id: 5, no: 7, name: 'Ada Lovelace' } }],
    })
  })

  it('needs none where a column is NULL', () => {
    const loose = { ...members, columns: members.columns.map((own) => ({ ...own, notNull: false, references: null })) }
    const wish = { table: loose, tables: new Map(), fixed: { org: 5 }, avoidsUsual: false }
    expect(makeRow(dossier({ tables: [orgs, loose] }), wish)).toMatchObject({ ok: true, parents: [] })
  })
})

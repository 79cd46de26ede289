import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCodebase } from '../../bench/scan/synthetic-codebase.mjs'
import { scanProject } from '../../src/scan/scan.ts'
import { scanRoute } from '../../src/scan/scan-route.ts'
import { dossierOf } from '../support/scan-source.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'itest-large-'))
  writeCodebase(root, 500)
  symlinkSync(path.resolve('node_modules'), path.join(root, 'node_modules'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('one route of a large app', () => {
  const wanted = { method: 'POST', path: '/api/v1/m7/things1/:id' }

  it('is read without the routers that are mounted elsewhere, and with the same result', () => {
    const [whole, part] = [scanProject(root), scanProject(root, { wanted })]
    expect([whole, part].map(({ isPartial, codebase }) => [isPartial, codebase.routes.length])).toEqual([
      [false, 500],
      [true, 20],
    ])
    const name = `${wanted.method} ${wanted.path}`
    expect(dossierOf(part, name)).toEqual(dossierOf(whole, name))
  })

  it('has its own tables confirmed, and runs no other schema', async () => {
    const { value } = await scanRoute(root, { ...wanted, whole: false }, { app: null })
    expect(value.dossier.confirmation.map(({ table, confirmed }) => [table, confirmed])).toEqual(
      value.dossier.tables.map(({ name }) => [name, 'yes']),
    )
    expect(value.dossier.tables.length).toBeGreaterThan(0)
  })

  it('is looked for everywhere when it is not where its path says', async () => {
    const misspelt = { method: 'POST', path: '/api/v1/m7/thing1/:id', whole: false }
    await expect(scanRoute(root, misspelt, { app: null })).rejects.toThrow('no route POST /api/v1/m7/thing1/:id')
    await expect(scanRoute(root, misspelt, { app: null })).rejects.toMatchObject({
      hint: expect.stringContaining('`itest routes` lists all 500'),
    })
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { proveTests } from '../../src/prove/prove-tests.ts'

it('says why nothing is known of tests where bugs can not be tried', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-prove-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const test = { file: 'a.test.ts', name: 'answers 200' }
  const options = { root, app: null, cache: false, config: null, env: {}, database: 'auto', databaseUrl: null } as const
  const world = { environment: {}, signal: new AbortController().signal, progress: () => {}, now: () => 0 }
  const proven = await proveTests({ method: 'GET', path: '/a' }, { tests: [test], options }, world)
  expect(proven).toEqual([
    {
      ...test,
      kill: null,
      vacuous: null,
      proof: { status: 'unknown', reason: expect.stringContaining('package.json') },
    },
  ])
})

import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { confirmTables } from '../../../src/scan/confirm-tables/confirm-tables.ts'
import { scanProject } from '../../../src/scan/scan.ts'
import { APP, confirm, outline, USERS } from '../../support/confirm-source.ts'
import { withProjectAsync } from '../../support/scan-source.ts'

describe('the process that runs a schema', () => {
  // Reached in a way that the static judgement does not see, as a package might.
  const probe = (body: string): string => `${USERS}
    const reach = ({}).constructor.constructor
    const node = reach('return process')()
    const load = node.getBuiltinModule
    ${body}`

  it.each([
    ['connections', "load('node:net').connect(1)", 'connect is not available'],
    ['sockets', "new (load('node:net').Socket)().connect(1)", 'connect is not available'],
    ['requests', "load('node:http').get('http://127.0.0.1')", 'get is not available'],
    ['fetch', "reach('return fetch')()('http://127.0.0.1')", 'fetch is not available'],
    ['names', "load('node:dns').lookup('example.com', () => {})", 'lookup is not available'],
    ['processes', "load('node:child_process').spawnSync('true')", 'spawnSync is not available'],
    ['files', "load('node:fs').writeFileSync('leak.txt', '')", 'writeFileSync is not available'],
  ])('has no %s', async (_, body, message) => {
    expect(outline(await confirm({ 'src/schema.ts': probe(body) }))[0]).toContain(message)
  })

  it('has no secrets, and works in the folder of the project', async () => {
    process.env.ITEST_CONFIRM_SECRET = 'hush'
    try {
      const body = "throw new Error([Object.keys(node.env).sort().join(), node.cwd()].join(' '))"
      const [line] = outline(await confirm({ 'src/schema.ts': probe(body) }))
      expect(line).toMatch(/not run: the import failed: HOME,NODE_ENV,(?:PATH,)?TMPDIR \/.*itest-scan-/)
    } finally {
      delete process.env.ITEST_CONFIRM_SECRET
    }
  })

  it('leaves nothing behind in the project', async () => {
    await withProjectAsync({ 'src/app.ts': APP, 'src/schema.ts': USERS }, {}, async (root) => {
      const { files, codebase } = scanProject(root)
      await confirmTables(files, codebase)
      expect(existsSync(path.join(root, 'node_modules'))).toBe(false)
    })
  })

  it('is stopped when it takes too long', async () => {
    const text = `${USERS}\nfor (let i = 0; i < 1e15; i += 1) Math.sqrt(i)`
    expect(outline(await confirm({ 'src/schema.ts': text }, { timeoutMs: 2_000 }))).toEqual([
      'users not run: the child process was stopped after 2000 ms',
    ])
  })

  it('is stopped when it takes too much memory', async () => {
    const text = `${USERS}\nconst all = []\nfor (let i = 0; i < 1e9; i += 1) all.push(new Array(1e7).fill({ i }))`
    expect(outline(await confirm({ 'src/schema.ts': text }))[0]).toContain('heap')
  })
})

import { expect, it } from 'vitest'
import { assembleFile } from '../../src/write/assemble.ts'
import { buildScaffold } from '../../src/write/scaffold.ts'
import { dossier, table } from '../support/dossier-factory.ts'
import { plan, plannedPath, stubbed } from '../support/plan-factory.ts'

const FILE = 'tests/integration/post-orders.test.ts'
const STYLE = { semicolons: false, singleQuotes: true, importExtension: '.js', printWidth: 120 } as const

it('imports what the cases use, and not what they only mention', async () => {
  const { scaffold } = buildScaffold(plan(), dossier(), { file: FILE, style: STYLE })
  const code = `
    // clock and factory
    const res = await request(app).post('/auth').send({ ...order, mail: 'queries' })
    await until(() => listCalls().length > 0)
    expect(res.body.factory).toBe(\`\${mail.sent.length} auth\`)`
  const cases = [{ pathId: 'happy', title: 'answers by mail', code }]

  const text = await assembleFile(scaffold, { writer: 'none', cases, left: [] }, { path: FILE, style: STYLE })

  expect(text).toMatch(/^import \{ listCalls, mail, stub, until \} from 'itest-gen'$/m)
})

it('leaves the names of the harness to the harness', () => {
  const outbox = table({ name: 'mail', exportName: 'mail' })
  const path = plannedPath({
    given: {
      ...plannedPath().given,
      stubs: [stubbed({ name: 'mailApi' })],
      seeds: [{ table: 'mail', row: { id: 1 } }],
    },
  })
  const { scaffold, tables } = buildScaffold(plan({ paths: [path] }), dossier({ tables: [outbox] }), {
    file: FILE,
    style: STYLE,
  })

  expect(scaffold.header).toContain("import { mail as mailTable } from '../../src/db/schema.js'")
  expect(tables.get('mail')).toBe('mailTable')
  expect(scaffold.names.filter((name) => /^mail/.test(name))).toEqual(['mail', 'mailTable', 'mailApi'])
})

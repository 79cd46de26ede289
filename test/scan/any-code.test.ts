import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { scanProject } from '../../src/scan/scan.ts'
import { expression, mutated, statement } from '../support/arbitrary-code.ts'
import { repository } from '../support/copy-fixture.ts'
import { appWith, withProject } from '../support/scan-source.ts'

const ROUTE = "app.get('/a', (req, res) => res.json({}))"
const IMPORTS = "import { z } from 'zod'\nconst f = (...all) => all\nlet x"
/** All that a scan says, as JSON; or the message of the UserError that it ends with. */
function scanAll(files: Readonly<Record<string, string>>): string {
  return withProject(files, {}, (root) => {
    try {
      const scan = scanProject(root)
      const dossiers = scan.codebase.routes.map((route) => scan.readDossier(route))
      const all = { codebase: scan.codebase, dossiers }
      const text = JSON.stringify(all)
      expect(JSON.parse(text)).toEqual(all)
      return text.replaceAll(root, '!root!')
    } catch (error) {
      if (error instanceof UserError) return error.message.replaceAll(root, 'ROOT')
      throw error
    }
  })
}

function expectBearable(files: Readonly<Record<string, string>>): void {
  const said = scanAll(files)
  expect(said).not.toContain('which is a bug of itest')
  expect(said).not.toContain('!root!')
  expect(scanAll(files)).toBe(said)
}

describe('any code', () => {
  const statements = fc.array(statement, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('\n;'))

  it.each<[string, fc.Arbitrary<string>]>([
    ['a handler', statements.map((body) => `app.post('/a/:id', async (req, res, next) => { let x\n${body}\n})`)],
    ['an expression as a handler', expression.map((one) => `app.post('/a', ${one})\n${ROUTE}`)],
    [
      'the top level',
      statements.map((body) => `const run = (req, res, next) => {\n${body}\n}\nrun(1, 2, 3)\n${ROUTE}`),
    ],
    ['a router', expression.map((one) => `app.use('/x', ${one})\napp.use(${one})\n${ROUTE}`)],
    ['a path', expression.map((one) => `app.get(${one}, (req, res) => res.json({}))\n${ROUTE}`)],
    ['a parameter', expression.map((one) => `app.param('id', ${one})\napp.get('/b/:id', (req, res) => res.json({}))`)],
    [
      'a schema',
      expression.map(
        (one) => `const s = z.object({ a: ${one}, b: z.string().refine(${one}).optional() }).strict()
        app.post('/b', async (req, res) => res.json(s.parse(req.body)))`,
      ),
    ],
    [
      'a table',
      expression.map(
        (one) => `import { pgTable, text } from 'drizzle-orm/pg-core'
        const t = pgTable('t', { a: text('a').default(${one}), b: ${one} })
        app.post('/b', async (req, res) => res.json(await db.insert(t).values(${one}).returning()))`,
      ),
    ],
  ])('as %s is borne, and gives the same twice', (_, source) => {
    fc.assert(
      fc.property(source, (text) => expectBearable(appWith(text, { imports: IMPORTS }))),
      { numRuns: 30 },
    )
  })

  it('that is no code is borne', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: 'binary' }), (text) => expectBearable(appWith(`${ROUTE}\n${text}`))),
      { numRuns: 40 },
    )
  })

  it.each(['src/app.ts', 'src/routes/orders.ts', 'src/db/schema.ts'])(
    'made from %s with a few changes is borne',
    (file) => {
      const root = path.join(repository, 'fixtures/orders')
      const names = [
        'package.json',
        'src/app.ts',
        'src/routes/orders.ts',
        'src/db/schema.ts',
        'src/db/index.ts',
        'src/lib/payments.ts',
      ]
      const files = Object.fromEntries(names.map((name) => [name, readFileSync(path.join(root, name), 'utf8')]))
      fc.assert(
        fc.property(mutated(files[file] ?? ''), (text) => expectBearable({ ...files, [file]: text })),
        { numRuns: 40 },
      )
    },
  )
})

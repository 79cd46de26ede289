import { describe, expect, it } from 'vitest'
import { readHandler, type SourceOptions, show } from '../../support/scan-source.ts'

type Extra = Parameters<typeof readHandler>[1]

/** `TypeError at line: 500 by default-handler`, for each end of a request without a body. */
function ends(handler: string, extra: Extra = {}, options: SourceOptions = {}): string[] {
  const { failures } = readHandler(handler, extra, options)
  return failures.flatMap(({ problem, status, via, end }) =>
    problem.kind === 'no body' ? [`${status ? show(status) : end} by ${via.map(({ by }) => by).join(', ')}`] : [],
  )
}

const UNGUARDED = 'res.json({ id: req.body.id })'
const FAILS = ['500 by default-handler']

describe('a request without a body', () => {
  it.each([
    ['a member', UNGUARDED, {}],
    ['taking it apart', 'const { id } = req.body\nres.json({ id })', {}],
    ['what another function does with it', 'res.json({ id: take(req.body) })', { before: 'const take = (x) => x.id' }],
    [
      'its keys',
      'const { id } = req.body ?? {}\nif (Object.keys(req.body).length === 0) return res.sendStatus(400)\nres.json({ id })',
      {},
    ],
    ['a request for reading', UNGUARDED, { route: 'get /orders' }],
    ['a query before it', `await db.select().from(users)\n${UNGUARDED}`, {}],
  ])('fails on Express 5 at %s', (_what, handler, extra) => {
    expect(ends(handler, extra)).toEqual(FAILS)
  })

  it('fails where the body is used, in whose hands the error then comes', () => {
    const handler = `try { ${UNGUARDED} } catch (error) { res.status(400).json({ error: error.message }) }`
    expect(ends(handler)).toEqual(['400 by catch'])
    const later = `try { await db.select().from(users) } catch (error) { if (req.body.strict) return res.sendStatus(502) }
      res.sendStatus(200)`
    expect(ends(later)).toEqual(['500 by default-handler'])
    const { failures } = readHandler(UNGUARDED)
    expect(failures).toMatchObject([{ problem: { kind: 'no body', at: { file: 'src/app.ts', line: 11 } }, when: [] }])
  })

  it.each([
    ['Express 4', UNGUARDED, {}, { express: 4 }],
    [
      'a body parser that makes one',
      UNGUARDED,
      { imports: "import parser from 'body-parser'", before: 'app.use(parser.json())' },
      { packageJson: { dependencies: { express: '^5.1.0', 'body-parser': '^1.20.0', 'drizzle-orm': '^0.45.0' } } },
    ],
    [
      'middleware that makes one',
      UNGUARDED,
      { before: 'app.use((req, res, next) => { req.body ??= {}; next() })' },
      {},
    ],
    ['a question', 'if (!req.body) return res.sendStatus(400)\nres.json({ id: req.body.id })', {}, {}],
    ['a careful read', 'res.json({ id: req.body?.id, name: (req.body ?? {}).name })', {}, {}],
    [
      'a validator',
      'z.object({ id: z.string() }).parse(req.body)\nres.json({ id: req.body.id })',
      { imports: "import { z } from 'zod'" },
      {},
    ],
    [
      'rules for its fields and others',
      'if (!validationResult(req).isEmpty()) return res.sendStatus(400)\nres.json({ id: req.body.id })',
      {
        imports: "import { body, param, validationResult } from 'express-validator'",
        before: "app.use(param('id').isInt(), body('id').toInt().isInt())",
        route: 'post /orders/:id',
      },
      {},
    ],
    [
      'a validator that is given another one',
      'z.object({ id: z.string() }).parse(req.body ?? {})\nres.json({ id: req.body.id })',
      { imports: "import { z } from 'zod'" },
      {},
    ],
    [
      'rules for its fields',
      'if (!validationResult(req).isEmpty()) return res.sendStatus(400)\nres.json({ id: req.body.id })',
      {
        imports: "import { body, validationResult } from 'express-validator'",
        before: "app.use(body('id').isInt())",
      },
      {},
    ],
  ] as const)('does not fail with %s', (_what, handler, extra, options) => {
    expect(ends(handler, extra, options)).toEqual([])
  })

  it('adds no way and no other failure', () => {
    const { scenarios, failures } = readHandler(UNGUARDED)
    expect(scenarios).toHaveLength(1)
    expect(failures).toHaveLength(1)
  })
})

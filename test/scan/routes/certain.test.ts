import { expect, it } from 'vitest'
import { decisionsOf, outline, readHandler, show } from '../../support/scan-source.ts'

const route = 'get /orders/:id'

it.each([
  ['a list', 'if (Array.isArray(req.params.id)) return res.sendStatus(400)'],
  ['of another type', "if (typeof req.params.id !== 'string') return res.sendStatus(400)"],
  ['empty', 'if (!req.params.id) return res.sendStatus(400)'],
  ['without length', 'if (req.params.id.length === 0 || !(req.params.id.length > 0)) return res.sendStatus(400)'],
])('knows that a parameter of the path is never %s', (_name, check) => {
  expect(outline(readHandler(`${check}\nres.sendStatus(200)`, { route }))).toEqual(['200'])
})

it('takes what a wildcard matches for a list as well', () => {
  const handler = 'if (Array.isArray(req.params.rest)) return res.sendStatus(200)\nres.sendStatus(400)'
  expect(outline(readHandler(handler, { route: 'get /files/*rest' }))).toEqual(['200', '400'])
})

const CHECK =
  'const given = schema.safeParse(req.params)\nif (!given.success) return res.sendStatus(400)\nres.sendStatus(200)'

it.each([
  ['z.object({ id: z.string() })', ['200']],
  ['z.object({ id: z.string() }).strict()', ['200']],
  ['z.object({ id: z.string().min(1) })', ['200']],
  ['z.object({ id: z.string().uuid() })', ['200', '400']],
  ['z.object({ id: z.string().min(2) })', ['200', '400']],
  ['z.object({ id: z.string().refine((id) => id.length > 3) })', ['200', '400']],
  ['z.object({ id: z.coerce.number() })', ['200', '400']],
  ['z.object({ id: z.string(), other: z.string() })', ['200', '400']],
  ['z.object({ other: z.string().optional() }).strict()', ['200', '400']],
])('knows whether the path alone can be refused by %s', (schema, answers) => {
  const extra = { route, imports: "import { z } from 'zod'", before: `const schema = ${schema}` }
  expect(outline(readHandler(CHECK, extra)).sort()).toEqual(answers)
})

it('looks at the parameters inside a schema of the whole request', () => {
  const before = `const schema = z.object({ params: z.object({ id: z.string() }) })`
  const handler = `if (!schema.safeParse({ params: req.params, body: req.body }).success) return res.sendStatus(400)\nres.sendStatus(200)`
  const extra = { route, imports: "import { z } from 'zod'", before }
  expect(outline(readHandler(handler, extra))).toEqual(['200'])
  const withBody = before.replace('params:', 'body: z.object({ name: z.string() }), params:')
  expect(outline(readHandler(handler, { ...extra, before: withBody }))).toEqual(['200', '400'])
})

it('still shows what the schema asks of the parameter', () => {
  const extra = { route, imports: "import { z } from 'zod'", before: 'const schema = z.object({ id: z.string() })' }
  const dossier = readHandler(CHECK, extra)
  expect(dossier.inputs.map(({ path, ruleSource }) => [...path, ruleSource])).toEqual([['id', 'zod']])
  expect(dossier.scenarios.flatMap(decisionsOf)).toEqual([])
  expect(
    dossier.scenarios[0]?.events.map((event) => (event.kind === 'respond' ? show(event.status) : event.kind)),
  ).toEqual(['validate', '200'])
})

it('knows that a parameter which the path does not name is undefined', () => {
  const handler =
    'const { slug } = req.params\nif (slug === undefined) return res.json({ slug: req.params.other })\nres.sendStatus(400)'
  const dossier = readHandler(handler, { route })
  expect(outline(dossier)).toEqual(['200'])
  expect(dossier.inputs.map(({ path }) => path.join('.'))).toEqual(['id'])
})

it('takes what the code itself put among the parameters, and what a pattern may name', () => {
  const written = "req.params.slug = 'a'\nif (req.params.slug === 'a') return res.sendStatus(200)\nres.sendStatus(400)"
  expect(outline(readHandler(written, { route }))).toEqual(['200'])
  const asked = 'if (req.params.rest) return res.sendStatus(200)\nres.sendStatus(400)'
  expect(outline(readHandler(asked, { route: 'get /files/*rest' }))).toEqual(['200', '400'])
})

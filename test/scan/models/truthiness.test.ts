import { expect, it } from 'vitest'
import { bodyFor, decisionsOf, outline, readHandler } from '../../support/scan-source.ts'

const IMPORTS = `import { randomUUID } from 'node:crypto'\nimport jwt from 'jsonwebtoken'`

/** A template text with a fixed part. */
const TEXT = (fixed: string): string => ['`', fixed, '$', '{req.body.seat}`'].join('')

it.each([
  'randomUUID()',
  'crypto.randomUUID()',
  'Buffer.concat([req.body.part])',
  'new Date(req.body.at)',
  'new Date().toISOString()',
  TEXT('seat '),
  "jwt.sign({ id: req.body.id }, 'secret')",
  "req.body.title || 'untitled'",
  'Object.entries(req.body)',
  'new Error(req.body.why).stack',
  'req.query',
  'req.get("host") || req.hostname',
  'JSON.stringify(req.body).length',
])('%s is never missing', (code) => {
  const handler = `const made = ${code}\nif (!made) return res.sendStatus(500)\nif (made === null || made === '') return res.sendStatus(501)\nres.json({})`
  expect(outline(readHandler(handler, { imports: IMPORTS }))).toEqual(['200'])
})

it.each([TEXT(''), 'req.body.title ?? req.body.name', "req.body.title || ''", 'String(req.body.title)'])(
  '%s may be empty',
  (code) => {
    expect(outline(readHandler(`if (!(${code})) return res.sendStatus(400)\nres.json({})`))).toEqual(['200', '400'])
  },
)

it('reads one text for a header that was sent more than once', () => {
  const handler = `const given = req.headers['x-seat']\nres.json({ seat: Array.isArray(given) ? given[0] : given })`
  const dossier = readHandler(handler)
  expect(outline(dossier)).toEqual(['200'])
  expect(dossier.inputs.map(({ path }) => path)).toEqual([['x-seat']])
})

it('takes the other side of what is known to be missing', () => {
  const page = 'req.query.page || 1'
  const handler = `if (!req.query.page) return res.status(201).json({ page: ${page} })\nres.json({ page: ${page} })`
  const dossier = readHandler(handler)
  expect([200, 201].map((status) => bodyFor(dossier, status))).toEqual(['{page: query.page}', '{page: 1}'])
})

it('asks only for the side that is not known', () => {
  const handler = `const term = req.query.q || req.query.term
    if (req.query.q) return res.sendStatus(200)
    if (!term) return res.sendStatus(400)
    const both = term && req.query.sort
    res.sendStatus(both ? 201 : 202)`
  expect(readHandler(handler).scenarios.map(decisionsOf)).toEqual([
    ['query.q'],
    ['!query.q', 'query.term', 'query.sort'],
    ['!query.q', '!query.term'],
    ['!query.q', 'query.term', '!query.sort'],
  ])
})

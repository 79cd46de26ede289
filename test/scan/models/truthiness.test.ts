import { expect, it } from 'vitest'
import { outline, readHandler } from '../../support/scan-source.ts'

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

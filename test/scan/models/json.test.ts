import { describe, expect, it } from 'vitest'
import { bodyFor, outline, readHandler } from '../../support/scan-source.ts'

const parsing = (text: string): string =>
  `let parsed\ntry {\nparsed = JSON.parse(${text})\n} catch (error) {\nreturn res.status(400).json({ error: error.name })\n}\nres.json({ parsed })`

describe('JSON.parse', () => {
  it('parses a known text', () => {
    expect(bodyFor(readHandler(parsing(`'{"seats":[1,null,"a"]}'`)), 200)).toBe('{parsed: {seats: [1, null, "a"]}}')
  })

  it.each(["'no JSON'", 'undefined', "new Error('Failed to fetch').message"])('fails on %s', (text) => {
    const dossier = readHandler(parsing(text))
    expect(outline(dossier)).toEqual(['throw SyntaxError > 400'])
    expect(bodyFor(dossier, 400)).toBe('{error: "SyntaxError"}')
  })

  it.each(['req.body.filter', 'String(req.query.filter)', "req.get('x-filter')"])('may fail on %s', (text) => {
    const dossier = readHandler(parsing(text))
    expect(outline(dossier)).toEqual(['200', 'throw SyntaxError > 400'])
    expect(dossier.failures).toMatchObject([
      { problem: { kind: 'throw', error: 'SyntaxError' }, status: { kind: 'literal', value: 400 } },
    ])
  })

  it('may fail on what a service answers', () => {
    const handler = `const reply = await fetch('https://words.example')\n${parsing('await reply.text()')}`
    expect(outline(readHandler(handler))).toContain('http > throw SyntaxError > 400')
  })

  it.each(['process.env.SEATS', '(await db.select().from(users))[0].email'])('trusts %s', (text) => {
    expect(outline(readHandler(parsing(text)))).not.toContain('throw SyntaxError > 400')
  })

  it('gives again what JSON.stringify was given', () => {
    expect(bodyFor(readHandler(parsing('JSON.stringify(req.body.seat)')), 200)).toBe('{parsed: body.seat}')
  })
})

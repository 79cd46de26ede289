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
    expect(dossier.failures.filter(({ problem }) => problem.kind !== 'no body')).toMatchObject([
      { problem: { kind: 'throw', error: 'SyntaxError' }, status: { kind: 'literal', value: 400 } },
    ])
  })

  it('may fail on what a service answers', () => {
    const handler = `const reply = await fetch('https://words.example')\n${parsing('await reply.text()')}`
    expect(outline(readHandler(handler))).toContain('http > throw SyntaxError > 400')
  })

  it('may fail on what a row holds, as one fault at a time', () => {
    const handler = `const [user] = await db.select().from(users)\n${parsing("user.email || '[]'")}`
    expect(outline(readHandler(handler))).toEqual([
      'select users > 200',
      'select users fails > 500',
      'select users > throw SyntaxError > 400',
    ])
  })

  it('fails on the same value always or never', () => {
    const handler = `const [user] = await db.select().from(users)
      JSON.parse(user.email)
      ${parsing('user.email')}`
    expect(outline(readHandler(handler))).not.toContain('select users > throw SyntaxError > 400')
  })

  it('trusts the environment', () => {
    expect(outline(readHandler(parsing('process.env.SEATS')))).toEqual(['200'])
  })

  it('gives again what JSON.stringify was given', () => {
    expect(bodyFor(readHandler(parsing('JSON.stringify(req.body.seat)')), 200)).toBe('{parsed: body.seat}')
  })
})

import { expect, it } from 'vitest'
import { bodyFor, outline, readHandler } from '../../support/scan-source.ts'

it('wraps a handler from the last middleware to the first', () => {
  const before = `
    const wrappers = [(inner) => (seat) => inner(seat + 'a'), (inner) => (seat) => inner(seat + 'b')]
    const handle = wrappers.reduceRight((inner, wrap) => wrap(inner), (seat) => { throw new Error(seat) })`
  const handler = `try { handle('1') } catch (error) { return res.status(503).json({ seat: error.message }) }\nres.json({})`
  const dossier = readHandler(handler, { before })
  expect(outline(dossier)).toEqual(['throw Error > 503'])
  expect(bodyFor(dossier, 503)).toBe('{seat: "1ab"}')
})

it.each([
  ["['a', 'b'].reduceRight((all, one) => all + one)", '"ba"'],
  ["['a', 'b'].reduce((all, one, index) => all + index + one, '')", '"0a1b"'],
  ["['a', 'b'].findLastIndex((one) => one === 'b')", 'findLastIndex(["a", "b"])'],
  ["['a', 'b'].lastIndexOf('b')", 'lastIndexOf(["a", "b"], "b")'],
])('gives %s', (code, value) => {
  const dossier = readHandler(`res.json({ value: ${code} })`)
  expect(bodyFor(dossier, 200)).toBe(`{value: ${value}}`)
  expect(dossier.unresolved).toEqual([])
})

import { expect, it } from 'vitest'
import { bodyFor, decisionsOf, outline, outlineScenario, readHandler } from '../../support/scan-source.ts'

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

it('asks whether a list of one has something as it asks whether that is the one', () => {
  const handler = `
    const { role } = req.body
    if (!['client'].includes(role)) return res.sendStatus(403)
    if (role === 'client') return res.sendStatus(200)
    res.sendStatus(201)`
  expect(outline(readHandler(handler))).toEqual(['200', '403'])
})

it.each([
  [
    "if (['client', 'admin'].includes(role)) return res.sendStatus(200)\nif (role === 'admin') return res.sendStatus(201)",
    ['200', '403'],
  ],
  [
    "if (!['client', 'admin'].includes(role)) return res.sendStatus(401)\nif (role === 'guest') return res.sendStatus(201)",
    ['401', '403'],
  ],
  [
    "if (!['client', 'admin'].includes(role)) return res.sendStatus(401)\nif (role === 'client') return res.sendStatus(200)\nif (role === 'admin') return res.sendStatus(201)",
    ['200', '201', '401'],
  ],
])('takes what is said of a list for said of each item: %s', (checks, answers) => {
  const handler = `const { role } = req.body\n${checks}\nres.sendStatus(403)`
  expect(outline(readHandler(handler)).sort()).toEqual(answers)
})

it('does not take what it knows of a list for all there is after a set was made of it', () => {
  const handler = `
    const { granted, revoked } = req.body
    const gone = new Set(revoked ?? [])
    const rights = [...new Set([...(granted ?? [])])].filter((right) => !gone.has(right))
    if (!rights.includes('orders')) return res.sendStatus(403)
    res.sendStatus(200)`
  const found = readHandler(handler).scenarios.map((scenario) => [
    decisionsOf(scenario).some((text) => text.startsWith('has(')),
    outlineScenario(scenario),
  ])
  expect(found).toContainEqual([true, '200'])
  expect(found).toContainEqual([true, '403'])
})

it.each([
  ["seats.delete('a')\nconst found = seats.has('a')", ['200']],
  ["const found = seats.delete('b')", ['200']],
  ["seats.clear()\nconst found = seats.has('a')", ['200']],
  ["seats.delete(req.body.seat)\nconst found = seats.has('a')", ['200', '409']],
])('follows what is taken out of a set: %s', (code, answers) => {
  const handler = `const seats = new Set(['a'])\n${code}\nif (found) return res.sendStatus(409)\nres.sendStatus(200)`
  expect(outline(readHandler(handler)).sort()).toEqual(answers)
})

it('does not take the keys that it knows of a map for all of them', () => {
  const handler = `const seats = new Map(req.body.seats.map((seat) => [seat.id, seat]))
    if ([...seats.keys()].includes('a')) return res.sendStatus(409)
    res.sendStatus(200)`
  expect(outline(readHandler(handler)).sort()).toEqual(['200', '409'])
})

it.each([
  ["[role].includes('admin')", ['200', '403']],
  ["[role, 'guest'].includes('admin')", ['200', '403']],
  ["[role, 'admin'].includes('admin')", ['200']],
  ["['guest', 'client'].includes('admin')", ['403']],
  ["[{ role }].includes('admin')", ['403']],
])('leaves open whether an item that only a run knows is the one: %s', (test, answers) => {
  const handler = `const { role } = req.body\nif (!${test}) return res.sendStatus(403)\nres.sendStatus(200)`
  expect(outline(readHandler(handler)).sort()).toEqual(answers)
})

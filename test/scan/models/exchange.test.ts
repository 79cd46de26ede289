import { expect, it } from 'vitest'
import { bodyFor, eventOf, outline, readHandler } from '../../support/scan-source.ts'

const wrapping = (method: string, code: string): string => `app.use((req, res, next) => {
  const original = res.${method}.bind(res)
  res.${method} = function (body) { ${code} }
  next()
})`

it('answers through what stands in the place of res.json', () => {
  const before = wrapping('json', 'res.status(202); return original({ data: body })')
  const dossier = readHandler('res.json({ seat: req.body.seat })', { before })
  expect(bodyFor(dossier, 202)).toBe('{data: {seat: body.seat}}')
  expect(dossier.unresolved).toEqual([])
})

it('does what a replaced res.json does besides', () => {
  const before = wrapping(
    'json',
    "db.insert(users).values({ email: 'seen' }).execute(); return original.call(this, body)",
  )
  const dossier = readHandler('res.json({ seat: 1 })', { before })
  expect(outline(dossier)[0]).toBe('insert users > 200')
})

it('goes through a replaced res.send with the text of res.json', () => {
  const before = wrapping('send', "res.set('x-size', body.length); return original(body)")
  const dossier = readHandler('res.status(201).json({ seat: 1 })', { before })
  expect(bodyFor(dossier, 201)).toBe('{seat: 1}')
  expect(eventOf(dossier, 'respond')).toMatchObject({ via: 'json', headers: { 'x-size': { kind: 'operation' } } })
})

it('sends what a replaced res.send makes of a text', () => {
  const before = wrapping('send', 'return original({ text: body })')
  expect(bodyFor(readHandler("res.send('seat')", { before }), 200)).toBe('{text: "seat"}')
})

it.each([
  ["res.render('seats', { seat: req.body.seat })", 'render', 'render("seats", {seat: body.seat})'],
  ["res.render('seats', (error, html) => res.send(html))", 'send', 'render("seats")'],
  ["res.sendFile('/srv/seats.pdf')", 'send', 'file("/srv/seats.pdf")'],
  ["res.download('/srv/seats.pdf', 'mine.pdf')", 'send', 'file("/srv/seats.pdf")'],
  ['res.end(() => undefined)', 'end', '-'],
  ["res.end('done')", 'end', '"done"'],
  ['res.jsonp({ seat: 1 })', 'json', '{seat: 1}'],
])('%s', (handler, via, body) => {
  const dossier = readHandler(handler)
  expect([eventOf(dossier, 'respond').via, bodyFor(dossier, 200)]).toEqual([via, body])
})

it.each([
  ['res.sendStatus(204)', 204],
  ['res.status(204).json({ seat: 1 })', 204],
  ["res.status(304).send('seat')", 304],
])('%s sends no body', (handler, status) => {
  expect(bodyFor(readHandler(handler), status)).toBe('-')
})

it.each([
  ["res.redirect('/seats')", 302],
  ["res.redirect(301, '/seats')", 301],
  ["res.redirect('/seats', 303)", 303],
])('%s', (handler, status) => {
  expect(eventOf(readHandler(handler), 'respond')).toMatchObject({
    via: 'redirect',
    status: { value: status },
    headers: { location: { value: '/seats' } },
  })
})

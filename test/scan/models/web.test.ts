import { expect, it } from 'vitest'
import type { HttpTarget } from '../../../src/scan/types.ts'
import { eventOf, readHandler, show } from '../../support/scan-source.ts'

function targetOf(code: string): HttpTarget {
  const { target } = eventOf(readHandler(`${code}\nres.sendStatus(204)`), 'external')
  if (target.protocol !== 'http') throw new Error('expected a call over HTTP')
  return target
}

it('sends what a Request is made of', () => {
  const target = targetOf(
    "const request = new Request('https://seats.example/hold', { method: 'POST', headers: { 'x-key': 'k' }, body: req.body.seat })\nawait fetch(request)",
  )
  expect([target.method, target.url, target.headers, target.body].map(show)).toEqual([
    '"POST"',
    '"https://seats.example/hold"',
    '{x-key: "k"}',
    'body.seat',
  ])
})

it('lets the options of fetch win over those of the Request', () => {
  const target = targetOf(
    "await fetch(new Request(new Request('https://seats.example', { method: 'POST' }), { body: 'a' }), { method: 'PUT' })",
  )
  expect([target.method, target.body].map(show)).toEqual(['"PUT"', '"a"'])
})

it.each([
  ["new URL('https://seats.example/hold')", '"https://seats.example/hold"'],
  ["new URL('https://seats.example/hold').toString()", '"https://seats.example/hold"'],
  ["new URL('/hold', process.env.SEATS_URL).href", 'URL("/hold", env.SEATS_URL)'],
  ["String(new URL('/hold', process.env.SEATS_URL))", 'URL("/hold", env.SEATS_URL)'],
])('fetches %s', (url, text) => {
  expect(show(targetOf(`await fetch(${url})`).url)).toBe(text)
})

it('keeps what is set on Headers', () => {
  const dossier = readHandler(
    "const headers = new Headers({ Accept: 'a' })\nheaders.set('X-Key', req.body.key)\nheaders.append('x-more', 'b')\nawait fetch('https://seats.example', { headers })\nres.json({ key: headers.get('x-key'), no: headers.has('y') })",
  )
  const { target } = eventOf(dossier, 'external')
  expect(target.protocol === 'http' && show(target.headers)).toBe('{accept: "a", x-key: body.key, x-more: "b"}')
  expect(show(eventOf(dossier, 'respond').body)).toBe('{key: body.key, no: false}')
  expect(dossier.unresolved).toEqual([])
})

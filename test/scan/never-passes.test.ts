import { describe, expect, it } from 'vitest'
import { scanFiles } from '../support/scan-source.ts'

/** More ways through it than are followed. */
const BRANCHES = Array.from({ length: 12 }, (_, index) => `if (req.query.a${index}) count += 1`).join('; ')

/** What is found of `/orders/summary` behind a route that answers `/orders/:id`. */
function findingsBehind(handler: string): string[] {
  const app = `
    import express from 'express'
    export const app = express()
    function check(count, next) { if (count) next() }
    app.get('/orders/:id', ${handler})
    app.get('/orders/summary', (req, res) => res.json({}))`
  return scanFiles({ 'src/app.ts': app }).findings.map(({ kind }) => kind)
}

describe('a handler that is too long to follow', () => {
  it.each([
    ['it is not given next', `(req, res) => { let count = 0; ${BRANCHES}; res.json({ count }) }`],
    [
      'it passes on errors only',
      `(req, res, next) => { try { let count = 0; ${BRANCHES}; if (!count) return next(new Error('none')); res.json({ count }) } catch (error) { next(error) } }`,
    ],
  ])('is known to answer: %s', (_name, handler) => {
    expect(findingsBehind(handler)).toEqual(['shadowed-route'])
  })

  it.each([
    ['it may pass the request on', `(req, res, next) => { let count = 0; ${BRANCHES}; next() }`],
    ['it hands next to other code', `(req, res, next) => { let count = 0; ${BRANCHES}; check(count, next) }`],
    [
      'the error may be none',
      `(req, res, next) => { let count = 0; ${BRANCHES}; const error = undefined; next(error) }`,
    ],
  ])('is not said to answer: %s', (_name, handler) => {
    expect(findingsBehind(handler)).toEqual([])
  })
})

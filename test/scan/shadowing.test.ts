import { describe, expect, it } from 'vitest'
import { scanFiles } from '../support/scan-source.ts'

const reaches = (body: string): { shadows: (string | null)[]; findings: string[] } => {
  const { routes, findings } = scanFiles({
    'src/app.ts': `import express, { Router } from 'express'\nexport const app = express()\n${body}`,
  })
  return {
    shadows: routes.map(({ shadowedBy }) => shadowedBy && `${shadowedBy.method} ${shadowedBy.path}:${shadowedBy.line}`),
    findings: findings.map(({ kind, message, at }) => `${kind} ${at.line}: ${message}`),
  }
}

describe('shadowed routes', () => {
  it('names the route that answers first', () => {
    expect(
      reaches(`
      app.get('/users/:id', (req, res) => res.json({}))
      app.get('/users/profile', (req, res) => res.json({}))`),
    ).toEqual({
      shadows: [null, 'GET /users/:id:4'],
      findings: ['shadowed-route 5: GET /users/profile is never reached: GET /users/:id (src/app.ts:4) answers first'],
    })
  })

  it.each([
    ['the other order', "app.get('/users/profile', answer); app.get('/users/:id', answer)"],
    ['another method', "app.post('/users/:id', answer); app.get('/users/profile', answer)"],
    ['another length', "app.get('/users/:id', answer); app.get('/users/:id/posts', answer)"],
    ['a parameter with a pattern', "app.get('/users/:id(\\\\d+)', answer); app.get('/users/profile', answer)"],
    [
      'a handler that passes on',
      "app.get('/users/:id', (req, res, next) => next()); app.get('/users/profile', answer)",
    ],
    [
      'a handler that passes on sometimes',
      "app.get('/users/:id', (req, res, next) => { if (req.params.id === 'profile') return next('route'); res.json({}) }); app.get('/users/profile', answer)",
    ],
    ['a guard that passes on', "app.all('/users/*', (req, res, next) => next()); app.get('/users/profile', answer)"],
  ])('finds none with %s', (_, body) => {
    expect(reaches(`const answer = (req, res) => res.json({})\n${body}`)).toEqual({
      shadows: [null, null],
      findings: [],
    })
  })

  it('finds none where a handler leaves its router', () => {
    expect(
      reaches(`
      const first = Router(); first.get('/a', (req, res, next) => next('router'))
      app.use(first); app.get('/a', (req, res) => res.json({}))`).shadows,
    ).toEqual([null, null])
  })

  it('finds one behind app.all, a catch-all and a wrapped handler', () => {
    const { shadows } = reaches(`
      const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next)
      app.all('/a', (req, res) => res.json({})); app.get('/A/', (req, res) => res.json({}))
      app.post('/b/:id', wrap(async (req, res) => { res.json({}) })); app.post('/b/new', (req, res) => res.json({}))
      app.get('/c/*', (req, res) => res.json({})); app.get('/c/d/e', (req, res) => res.json({}))`)
    expect(shadows).toEqual([null, 'ALL /a:5', null, 'POST /b/:id:6', null, 'GET /c/*:7'])
  })

  it('finds routes behind a middleware that never passes on, and only below it', () => {
    expect(
      reaches(`
      app.use('/api', (req, res) => { res.status(404).json({}) })
      app.get('/api/late', (req, res) => res.json({})); app.get('/other', (req, res) => res.json({}))`),
    ).toEqual({
      shadows: [' /api:4', null],
      findings: [
        'shadowed-route 5: GET /api/late is never reached: the middleware at /api (src/app.ts:4) answers first',
      ],
    })
  })

  it('reports a route that is registered twice, over mounts and whatever its parameters are called', () => {
    expect(
      reaches(`
      const users = Router(); users.get('/:id', (req, res) => res.json({}))
      app.use('/users', users)
      app.get('/users/:userId', (req, res) => res.json({}))`),
    ).toEqual({
      shadows: [null, 'GET /users/:id:4'],
      findings: ['duplicate-route 6: GET /users/:userId is registered twice; GET /users/:id (src/app.ts:4) answers'],
    })
  })

  it('reports a duplicate that is reached, without calling it shadowed', () => {
    expect(reaches(`app.get('/a', (req, res, next) => next()); app.get('/a', (req, res) => res.json({}))`)).toEqual({
      shadows: [null, null],
      findings: ['duplicate-route 3: GET /a is registered twice; GET /a (src/app.ts:3) is asked first'],
    })
  })
})

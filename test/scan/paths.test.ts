import { describe, expect, it } from 'vitest'
import { appWith, readRoute, routesOf, scanFiles } from '../support/scan-source.ts'

const A = '(req, res) => res.json({})'

function shadowsOf(body: string, options: { express?: 4 | 5 } = {}): string[] {
  return scanFiles(appWith(body), options).routes.map(
    ({ method, path, shadowedBy }) =>
      `${method} ${path} ${shadowedBy ? `${shadowedBy.method} ${shadowedBy.path}` : '-'}`,
  )
}

describe('mounts', () => {
  it.each([
    [
      'one router at two places',
      `const r = express.Router(); r.get('/x', ${A}); app.use('/a', r); app.use('/b', r)`,
      ['GET /a/x', 'GET /b/x'],
    ],
    [
      'a list of prefixes',
      `const r = express.Router(); r.get('/x', ${A}); app.use(['/a', '/b'], r)`,
      ['GET /a/x', 'GET /b/x'],
    ],
    ['an app in an app', `const inner = express(); inner.get('/x', ${A}); app.use('/in', inner)`, ['GET /in/x']],
    [
      'what a function returns',
      `const make = () => { const r = express.Router(); r.get('/x', ${A}); return r }; const outer = express.Router(); outer.use('/o', make()); app.use('/m', outer)`,
      ['GET /m/o/x'],
    ],
    [
      'behind middleware chosen by a condition',
      `const isOpen = process.env.OPEN === '1'; const auth = (req, res, next) => next(); app.get('/x', ...(isOpen ? [] : [auth]), ${A})`,
      ['GET /x'],
    ],
    [
      'a spread with &&',
      `const auth = (req, res, next) => next(); app.get('/x', ...(process.env.NODE_ENV === 'production' && [auth] || []), ${A})`,
      ['GET /x'],
    ],
    ['all of a route() alone', `app.route('/x').all(${A})`, ['ALL /x']],
    ['a list of regular expressions and texts', `app.get([/^\\/a$/, '/b'], ${A})`, ['GET /^\\/a$/', 'GET /b']],
  ])('%s', (_, body, routes) => {
    expect(routesOf(appWith(body))).toEqual(routes)
  })
})

describe('who answers first', () => {
  it.each([
    [
      'a parameter before a word',
      `app.get('/users/:id', ${A}); app.get('/users/me', ${A})`,
      ['GET /users/:id -', 'GET /users/me GET /users/:id'],
    ],
    [
      'a word before a parameter',
      `app.get('/users/me', ${A}); app.get('/users/:id', ${A})`,
      ['GET /users/me -', 'GET /users/:id -'],
    ],
    ['GET answers HEAD', `app.get('/a', ${A}); app.head('/a', ${A})`, ['GET /a -', 'HEAD /a GET /a']],
    ['HEAD does not answer GET', `app.head('/a', ${A}); app.get('/a', ${A})`, ['HEAD /a -', 'GET /a -']],
    [
      'a regular expression',
      `app.get(/^\\/users\\/.*$/, ${A}); app.get('/users/me', ${A})`,
      ['GET /^\\/users\\/.*$/ -', 'GET /users/me GET /^\\/users\\/.*$/'],
    ],
    [
      'an optional parameter of Express 5',
      `app.get('/a{/:id}', ${A}); app.get('/a', ${A}); app.get('/a/b', ${A})`,
      ['GET /a{/:id} -', 'GET /a GET /a{/:id}', 'GET /a/b GET /a{/:id}'],
    ],
    [
      'a wildcard of Express 5',
      `app.get('/files/*path', ${A}); app.get('/files/a', ${A}); app.get('/files', ${A})`,
      ['GET /files/*path -', 'GET /files/a GET /files/*path', 'GET /files -'],
    ],
    [
      'an optional wildcard',
      `app.get('/f{/*path}', ${A}); app.get('/f', ${A}); app.get('/f/a/b', ${A})`,
      ['GET /f{/*path} -', 'GET /f GET /f{/*path}', 'GET /f/a/b GET /f{/*path}'],
    ],
    ['letters of either case', `app.get('/A', ${A}); app.get('/a', ${A})`, ['GET /A -', 'GET /a GET /A']],
  ])('%s', (_, body, expected) => {
    expect(shadowsOf(body)).toEqual(expected)
  })

  it.each([
    [
      'an optional parameter of Express 4',
      `app.get('/a/:id?', ${A}); app.get('/a', ${A}); app.get('/a/b', ${A})`,
      ['GET /a/:id? -', 'GET /a GET /a/:id?', 'GET /a/b GET /a/:id?'],
    ],
    ['a star', `app.get('*', ${A}); app.get('/a/b', ${A})`, ['GET /* -', 'GET /a/b GET /*']],
  ])('%s', (_, body, expected) => {
    expect(shadowsOf(body, { express: 4 })).toEqual(expected)
  })

  it('minds letters where the app or the router says so', () => {
    expect(shadowsOf(`app.set('case sensitive routing', true); app.get('/A', ${A}); app.get('/a', ${A})`)).toEqual([
      'GET /A -',
      'GET /a -',
    ])
    expect(
      shadowsOf(
        `const r = express.Router({ caseSensitive: true }); r.get('/A', ${A}); r.get('/a', ${A}); app.use('/x', r)`,
      ),
    ).toEqual(['GET /x/A -', 'GET /x/a -'])
  })
})

describe('parameters of a parent', () => {
  const nested = (options: string) =>
    appWith(`
      const posts = express.Router(${options})
      posts.get('/:id', (req, res) => res.json({ user: req.params.userId, post: req.params.id }))
      app.use('/users/:userId/posts', posts)`)

  it('are not those of a router inside', () => {
    const text = JSON.stringify(readRoute(nested(''), 'GET /users/:userId/posts/:id').scenarios[0]?.events)
    expect(text).toContain('"user":{"kind":"undefined"}')
    expect(text).toContain('"path":["id"]')
  })

  it('are, with mergeParams', () => {
    const text = JSON.stringify(
      readRoute(nested('{ mergeParams: true }'), 'GET /users/:userId/posts/:id').scenarios[0]?.events,
    )
    expect(text).toContain('"path":["userId"]')
  })
})

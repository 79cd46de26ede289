import { describe, expect, it } from 'vitest'
import { appWith, outline, readHandler, readRoute, type SourceOptions } from '../../support/scan-source.ts'

const outlineOf = (middleware: string, handler: string, options: SourceOptions = {}): string[] => {
  const imports = "import express from 'express'\nimport multer from 'multer'\nimport * as unseen from 'unseen'\n"
  const files = {
    'src/app.ts': `${imports}export const app = express()\n${middleware}\napp.post('/seats', (req, res) => { ${handler} })`,
  }
  return outline(readRoute(files, 'POST /seats', options))
}

describe('the body of a request', () => {
  const TAKE = 'const { seat } = req.body\nres.json({ seat })'

  it.each([4, 5] as const)('is not there without a parser in Express %i', (express) => {
    expect(outlineOf('', TAKE, { express })).toEqual(['throw TypeError > 500'])
    expect(outlineOf('', 'res.json({ hasBody: Boolean(req.body) })', { express })).toEqual(['200'])
  })

  it.each([
    'app.use(express.json())',
    "app.use('/seats', express.urlencoded())",
    'app.use((req, res, next) => express.json()(req, res, next))',
    "app.use(multer().single('plan'))",
    'app.use(unseen.reader())',
    'app.use((req, res, next) => { unseen.read(req); next() })',
    'app.use((req, res, next) => { req[unseen.name] = {}; next() })',
    'app.use((req, res, next) => { req.body = {}; next() })',
    'unseen.prepare(app)',
    'app.use(unseen.path, unseen.reader)',
  ])('may be there by %s', (middleware) => {
    expect(outlineOf(middleware, TAKE).join(' ')).not.toContain('TypeError')
  })

  it('is not there behind middleware that is known to leave it alone', () => {
    const middleware = "app.use(express.static('public'))\napp.use('/other', express.json())"
    expect(outlineOf(middleware, TAKE)).toEqual(['throw TypeError > 500'])
  })
})

describe('what the project itself puts on a request', () => {
  const ATTACH = `app.use((req, res, next) => {
    if (req.headers.authorization) req.user = { id: req.headers.authorization }
    next()
  })`
  const ASK = 'if (!req.user) return res.sendStatus(401)\nres.json({ id: req.user.id })'

  it('is not there where nobody put it', () => {
    const { scenarios, access } = readHandler(ASK, { before: ATTACH })
    expect(scenarios.map(({ decisions }) => decisions.length)).toEqual([1, 1])
    expect(access.authentication.flatMap(({ credentials }) => credentials)).toEqual(['authorization header'])
  })

  it('may be there by a package too', () => {
    const before = `app.use(passport.session())\n${ATTACH}`
    const { scenarios } = readHandler(ASK, { before, imports: "import passport from 'passport'" })
    expect(scenarios.length).toBeGreaterThan(2)
  })

  it('is not there in a route before it', () => {
    expect(outline(readRoute(appWith(`app.get('/me', (req, res) => { ${ASK} })\n${ATTACH}`), 'GET /me'))).toEqual([
      '401',
    ])
  })
})

describe('what Express gives every request', () => {
  const LOOK = "res.json({ query: req.query.page ?? 1, host: req.hostname, agent: req.headers['user-agent'] })"

  it('is there whoever writes to it elsewhere', () => {
    const validate = `export const validate = (schema) => (req, res, next) => {
      req.query = schema.parse(req.query)
      req.headers = { ...req.headers }
      req.hostname = 'localhost'
      next()
    }`
    const files = { ...appWith(`app.get('/seats', (req, res) => { ${LOOK} })`), 'src/validate.ts': validate }
    const [way] = readRoute(files, 'GET /seats').scenarios
    expect(way?.events.at(-1)).toMatchObject({
      kind: 'respond',
      body: { fields: { agent: { from: 'headers', path: ['user-agent'] }, host: { name: 'request.hostname' } } },
    })
  })
})

describe('what nobody ever puts on a request', () => {
  const COUNT = 'res.json({ house: req.houseId ? 1 : 2, encodings: req.acceptsEncodings(), pipe: Boolean(req.pipe) })'

  it('is not there', () => {
    const [way, ...others] = readHandler(`const { houseId } = req\nres.json({ houseId })`).scenarios
    expect(others).toEqual([])
    expect(way?.events).toMatchObject([{ kind: 'respond', body: { fields: { houseId: { kind: 'undefined' } } } }])
    expect(readHandler(COUNT).scenarios).toHaveLength(1)
  })

  it.each([
    'app.use(unseen())',
    'app.use(winston.createLogger().http)',
    "app.use((req, res, next) => { Object.assign(req, { houseId: req.get('house') }); next() })",
    "app.use((req, res, next) => { attach(req, 'houseId'); next() })\nfunction attach(target, name) { target[name] = target.get('house') }",
  ])('may be there by %s', (before) => {
    const imports = "import unseen from 'unseen'\nimport winston from 'winston'"
    expect(readHandler(COUNT, { before, imports }).scenarios).toHaveLength(2)
  })
})

import { describe, expect, it } from 'vitest'
import type { Assumption, Codebase, Dossier } from '../../src/scan/types.ts'
import { appWith, bodyFor, outline, readHandler, readRoute, scanFiles } from '../support/scan-source.ts'

const ANSWER = '(req, res) => res.json({})'

/** `NODE_ENV=test !process.env.NODE_ENV === 'production', not res.redirect(...)`: one line an assumption. */
function outlineAssumed({ assumed }: { readonly assumed: readonly Assumption[] }): string[] {
  return assumed.map(({ name, value, condition, taken, leftOut, at }) => {
    const variable = value === null ? name : `${name}=${value}`
    return `${at.file}:${at.line} ${variable} ${taken ? '' : '!'}${condition}, not ${leftOut || '-'}`
  })
}

function outlineRoutes({ routes }: Pick<Codebase, 'routes'>): string[] {
  return routes.map(({ method, path, when }) => {
    const conditions = when.map(
      ({ condition, wanted, holds }) => `${wanted ? '' : '!'}${condition}${holds ? '' : ' (does not hold)'}`,
    )
    return [`${method} ${path}`, ...conditions].join(' if ')
  })
}

describe('what a run assumes of the environment', () => {
  it('names the way that NODE_ENV leaves out of a middleware', () => {
    const dossier = readHandler('res.sendStatus(204)', {
      before: `app.use((req, res, next) => {
        if (process.env.NODE_ENV === 'production' && !req.secure) return res.redirect(301, 'https://x.example')
        next()
      })`,
    })
    expect(outline(dossier)).toEqual(['204'])
    expect(outlineAssumed(dossier)).toEqual([
      "src/app.ts:10 NODE_ENV=test !process.env.NODE_ENV === 'production', not return res.redirect(301, 'https://x.example')",
    ])
  })

  it('follows the value through a configuration', () => {
    const dossier = readHandler("res.cookie('a', 'b', { secure: config.isProduction }); res.sendStatus(204)", {
      imports: "import { config } from './config.js'",
      files: {
        'src/config.ts': `const env = process.env.NODE_ENV || 'development'
          export const config = { isProduction: ['production', 'staging'].includes(env.toLowerCase()) }`,
      },
      after: `app.get('/x', (req, res) => { if (!config.isProduction) return res.json({}); res.sendStatus(404) })`,
    })
    expect(outlineAssumed(dossier)).toEqual([])
    const files = appWith(`app.get('/x', (req, res) => config.isProduction ? res.sendStatus(404) : res.json({}))`, {
      imports: "import { config } from './config.js'",
      files: {
        'src/config.ts': `const env = process.env.NODE_ENV || 'development'
          export const config = { isProduction: ['production', 'staging'].includes(env.toLowerCase()) }`,
      },
    })
    expect(outlineAssumed(readRoute(files, 'GET /x'))).toEqual([
      'src/app.ts:9 NODE_ENV=test !config.isProduction, not res.sendStatus(404)',
    ])
  })

  it('names a comparison whose answer is a value, and the cases of a switch', () => {
    const dossier = readHandler(`
      const secure = process.env.NODE_ENV === 'production'
      switch (process.env.NODE_ENV) { case 'production': return res.sendStatus(404); default: }
      res.json({ secure })`)
    expect(outlineAssumed(dossier)).toEqual([
      "src/app.ts:12 NODE_ENV=test !process.env.NODE_ENV === 'production', not true",
      'src/app.ts:13 NODE_ENV=test process.env.NODE_ENV, not other cases',
    ])
  })

  it('says what was taken of a variable while modules were loaded, where something else is possible', () => {
    const files = appWith(
      `app.get('/me', (req, res) => { jwt.verify(String(req.headers.authorization), secret()); res.json({}) })`,
      {
        imports: "import jwt from 'jsonwebtoken'\nimport { SECRET } from './security.js'\nconst secret = () => SECRET",
        files: {
          'src/security.ts': `import { randomBytes } from 'node:crypto'
          function findSecret() {
            const configured = process.env.JWT_SECRET?.trim()
            if (configured && configured.length >= 32) return configured
            return randomBytes(32).toString('hex')
          }
          export const SECRET = findSecret()`,
        },
      },
    )
    const dossier = readRoute(files, 'GET /me')
    const expected = [
      'src/security.ts:4 JWT_SECRET configured, not what follows',
      'src/security.ts:4 JWT_SECRET configured.length >= 32, not what follows',
    ]
    expect(outlineAssumed(dossier.boot)).toEqual(expected)
    expect(outlineAssumed(dossier)).toEqual(expected)
    expect(variable(dossier, 'JWT_SECRET')).toMatchObject({
      required: null,
      validation: { by: 'code', shape: { type: 'string', min: 32 }, text: 'configured.length >= 32' },
    })
  })

  it('lists conditions of the app whoever asks them, and none of a script', () => {
    const files = appWith("app.get('/mode', (req, res) => res.json({ mode: getMode() }))\napp.listen(3000)", {
      imports: "import { getMode } from './mode.js'",
      files: {
        'src/mode.ts': `let mode = 'plain'
          export const prepare = () => { if (process.env.STRICT) mode = 'strict' }
          export const getMode = () => mode`,
        'src/start.ts':
          "import { prepare } from './mode.js'\nprepare()\nawait import('./app.js')\nif (process.env.QUIET) stop()",
      },
    })
    const { boot } = readRoute(files, 'GET /mode', { packageJson: { scripts: { start: 'tsx src/start.ts' } } })
    expect(outlineAssumed(boot)).toEqual(["src/mode.ts:2 STRICT !process.env.STRICT, not mode = 'strict'"])
  })

  describe('a variable that the top level compares with a text', () => {
    const tell = (condition: string, files: Readonly<Record<string, string>> = {}): string[] => {
      const app = appWith(`const place = ${condition} ? 'memory' : 'database'
        app.get('/place', (req, res) => res.json({ place }))`)
      const dossier = readRoute({ ...app, ...files }, 'GET /place')
      return [bodyFor(dossier, 200), ...outlineAssumed(dossier.boot)]
    }

    it.each(["process.env.STORE === 'memory'", "process.env.STORE?.trim().toLowerCase() === 'memory'"])(
      '%s is false where no test sets it',
      (condition) => {
        expect(tell(condition)).toEqual(['{place: "database"}', `src/app.ts:9 STORE !${condition}, not 'memory'`])
        expect(tell(condition, { '.env.test': 'STORE=memory' })[0]).toBe('{place: "memory"}')
        expect(tell(condition, { '.env.test': 'STORE=disk' })[0]).toBe('{place: "database"}')
      },
    )

    it('is what the harness invents where a rule demands one', () => {
      const code = (text: string): string =>
        `require('zod').z.object({ STORE: require('zod').z.enum(['memory', 'disk']) }).parse(process.env).STORE === '${text}'`
      expect(tell(code('memory'), { '.env.example': 'STORE=disk' })[0]).toBe('{place: "memory"}')
      expect(tell(code('disk'), { '.env.example': 'STORE=disk' })[0]).toBe('{place: "database"}')
    })

    it('is what the code has it be without the variable', () => {
      expect(tell("(process.env.STORE || 'memory') === 'memory'")[0]).toBe('{place: "memory"}')
      expect(tell("(process.env.STORE ?? 'disk') === 'memory'")[0]).toBe('{place: "database"}')
      expect(tell("process.env.STORE !== 'disk'")[0]).toBe('{place: "memory"}')
    })
  })
})

describe('a variable that a condition at import asks for', () => {
  const tell = (condition: string, code = '', files: Readonly<Record<string, string>> = {}): string => {
    const app = appWith(`${code}
      const mail = ${condition} ? 'sent' : 'none'
      app.get('/mail', (req, res) => res.json({ mail }))`)
    return bodyFor(readRoute({ ...app, ...files }, 'GET /mail'), 200)
  }
  const SENT = '{mail: "sent"}'
  const NONE = '{mail: "none"}'
  const SCHEMA =
    "import { z } from 'zod'\nconst env = z.object({ SMTP: z.string().optional(), FROM: z.string(), TLS: z.coerce.boolean().default(false), HOST: z.string().default('mail') }).parse(process.env)"

  it.each([
    ['process.env.SMTP_HOST', ''],
    ['!!process.env.SMTP_HOST', ''],
    ['process.env.SMTP_HOST !== undefined', ''],
    ['process.env.SMTP_HOST?.trim()', ''],
    ['(process.env.SMTP_HOST && process.env.MAIL_KEY)', ''],
    ['process.env.MAIL_KEY', "const key = process.env.MAIL_KEY || 'dev'"],
    ['env.SMTP', SCHEMA],
    ['env.TLS', SCHEMA],
  ])('is not there where the app can do without it: %s', (condition, code) => {
    expect(tell(condition, code)).toBe(NONE)
  })

  it.each([
    ['process.env.SMTP_HOST', "if (!process.env.SMTP_HOST) throw new Error('SMTP_HOST')"],
    [
      'process.env.SMTP_HOST',
      "const missing = ['SMTP_HOST'].filter((name) => !process.env[name])\nif (missing.length > 0) process.exit(1)",
    ],
    ['process.env.MAIL_KEY', ''],
    ['process.env.VITEST', ''],
    ['process.env.DATABASE_URL', ''],
    ['env.FROM', SCHEMA],
    ['env.HOST', SCHEMA],
  ])('is there where it must be, or has a value in tests: %s', (condition, code) => {
    expect(tell(condition, code)).toBe(SENT)
  })

  it('is as the files of the project have it', () => {
    expect(tell('process.env.SMTP_HOST', '', { '.env.test': 'SMTP_HOST=mail' })).toBe(SENT)
    expect(tell('process.env.SMTP_HOST', '', { '.env.example': 'SMTP_HOST=mail' })).toBe(SENT)
    expect(tell('env.SMTP', SCHEMA, { '.env.example': 'SMTP=mail' })).toBe(NONE)
  })

  it('is said to be one or the other, for whoever starts the app', () => {
    const files = appWith(
      "if (process.env.SMTP_HOST) start()\nif (process.env.MAIL_KEY) start()\napp.get('/a', (req, res) => res.end())",
    )
    const { boot } = readRoute({ ...files, 'src/mail.ts': '' }, 'GET /a')
    expect(boot.environment.map(({ name, assumedSet }) => [name, assumedSet])).toEqual([
      ['DATABASE_URL', null],
      ['MAIL_KEY', true],
      ['SMTP_HOST', false],
    ])
  })
})

function variable({ boot }: Pick<Dossier, 'boot'>, name: string): unknown {
  return boot.environment.find((one) => one.name === name)
}

describe('registrations under a condition on the environment', () => {
  it('finds the routes of both sides, each with its condition', () => {
    const codebase = scanFiles(
      appWith(
        `
        if (process.env.NODE_ENV === 'production') {
          app.get('/', ${ANSWER})
          app.use('/metrics', metrics)
        } else app.get('/', ${ANSWER})
        if (process.env.NODE_ENV !== 'production') app.get('/debug', ${ANSWER})
        process.env.DOCS === 'on' && app.get('/docs', ${ANSWER})
        app.get('/always', ${ANSWER})`,
        {
          imports: `const metrics = express.Router()\nmetrics.get('/all', ${ANSWER})`,
        },
      ),
    )
    const isProduction = "process.env.NODE_ENV === 'production'"
    expect(outlineRoutes(codebase)).toEqual([
      `GET / if ${isProduction} (does not hold)`,
      `GET /metrics/all if ${isProduction} (does not hold)`,
      `GET / if !${isProduction}`,
      "GET /debug if process.env.NODE_ENV !== 'production'",
      "GET /docs if process.env.DOCS === 'on' (does not hold)",
      'GET /always',
    ])
    expect(codebase.findings).toEqual([])
    expect(codebase.routes.map(({ shadowedBy }) => shadowedBy)).toEqual(Array(6).fill(null))
    expect(codebase.dead).toEqual([])
  })

  it('knows what a function registers before and after it returns early', () => {
    const codebase = scanFiles(
      appWith(`
        function registerTools(target) {
          if (process.env.NODE_ENV === 'test') return
          target.post('/reset', ${ANSWER})
        }
        registerTools(app)
        function registerDebug(target) {
          if (process.env.NODE_ENV === 'production') return
          target.post('/seed', ${ANSWER})
        }
        registerDebug(app)`),
    )
    expect(outlineRoutes(codebase)).toEqual([
      "POST /reset if !process.env.NODE_ENV === 'test' (does not hold)",
      "POST /seed if !process.env.NODE_ENV === 'production'",
    ])
  })

  it('asks what is left out of no other route, and of its own only what goes with it', () => {
    const files = appWith(`
      const isProduction = process.env.NODE_ENV === 'production'
      if (isProduction) app.use((req, res) => res.sendStatus(426))
      if (!isProduction) app.use((req, res, next) => { res.set('x-mode', 'dev'); next() })
      app.get('/plain', ${ANSWER})
      if (isProduction) app.get('/live', ${ANSWER})`)
    const plain = readRoute(files, 'GET /plain')
    expect(outline(plain)).toEqual(['200'])
    expect(plain.route).toMatchObject({ shadowedBy: null, when: [] })
    expect(plain.route.middleware).toHaveLength(2)
    const live = readRoute(files, 'GET /live')
    expect(live.route.shadowedBy).toMatchObject({ line: 11 })
    expect(live.unresolved).toMatchObject([
      { what: 'this route is not registered in a test: isProduction is taken as false', at: { line: 14 } },
    ])
  })

  it('keeps what the side that is not taken does from the rest', () => {
    const files = appWith(`
      let mode = 'none'
      if (process.env.NODE_ENV === 'production') {
        mode = 'live'
        app.get('/live', ${ANSWER})
        setInterval(() => {}, 1000)
        throw new Error('no')
      }
      app.get('/mode', (req, res) => res.json({ mode }))`)
    const dossier = readRoute(files, 'GET /mode')
    expect(dossier.boot.starts).toEqual([])
    expect(dossier.unresolved).toEqual([])
    expect(JSON.stringify(dossier.scenarios)).toContain('"value":"none"')
  })
})

describe('paths that are made of variables', () => {
  const scan = (code: string, files: Record<string, string> = {}) =>
    scanFiles(
      appWith(`const api = Router(); api.get('/a', ${ANSWER}); ${code}`, {
        imports: "import { Router } from 'express'; import { z } from 'zod'",
        files,
      }),
    )
  const outlinePaths = ({ routes, boot }: Codebase) => [
    ...routes.map(({ path }) => path),
    ...boot.assumedTexts.map(({ name, value, at }) => `${name}=${value} ${at.line}`),
  ]

  it.each([
    ["app.use(process.env.PREFIX || '/api', api)", '/api/a', '/api'],
    ["app.use((process.env.PREFIX ?? '/api') + '/v1', api)", '/api/v1/a', '/api'],
    ["const { PREFIX = '/api' } = process.env; app.use(PREFIX + '/v2', api)", '/api/v2/a', '/api'],
    ["app.use([process.env.PREFIX || '/api'], api)", '/api/a', '/api'],
    [
      "const env = z.object({ PREFIX: z.string().default('api') }).parse(process.env); app.use('/'.concat(env.PREFIX), api)",
      '/api/a',
      'api',
    ],
    [
      `const load = () => {
        const read = z.object({ prefix: z.string().default('api') }).safeParse({ prefix: process.env.PREFIX })
        if (!read.success) throw new Error('environment')
        return read.data
      }
      app.use('/' + load().prefix, api)`,
      '/api/a',
      'api',
    ],
  ])('takes the default of the code and says so: %s', (code, path, value) => {
    const codebase = scan(code)
    expect(outlinePaths(codebase)).toEqual([path, expect.stringMatching(`^PREFIX=${value} \\d+$`)])
    expect(codebase.unresolved).toEqual([])
  })

  it('prefers what the project sets for its tests, and asks its sample last', () => {
    const code = "app.use(process.env.PREFIX || '/api', api); app.use(process.env.OTHER, api)"
    const files = { '.env.test': "PREFIX='/test'", '.env.example': 'PREFIX=/sample\nOTHER=/other' }
    expect(outlinePaths(scan(code, files)).slice(0, 2)).toEqual(['/test/a', '/other/a'])
  })

  it('lists the registrations below a path that nothing tells', () => {
    // The app has nothing but this mount.
    const codebase = scan('app.use(process.env.PREFIX, api)')
    expect(outlinePaths(codebase)).toEqual([])
    expect(codebase.dead).toEqual([])
    expect(codebase.unresolved.map(({ what }) => what)).toEqual([
      'the path of this mount is not known before a run',
      expect.stringMatching(/^its router is mounted at src\/app\.ts:\d+, at a path that is not known$/),
    ])
  })

  it('lets no default stand in for NODE_ENV', () => {
    const codebase = scan(`
      const config = z.object({ mode: z.string().default('development') }).parse({ mode: process.env.NODE_ENV })
      if (config.mode === 'development') app.get('/dev', ${ANSWER})`)
    expect(outlineRoutes(codebase)).toEqual(["GET /dev if config.mode === 'development' (does not hold)"])
  })
})

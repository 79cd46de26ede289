import { describe, expect, it } from 'vitest'
import { chooseBootEnvironment } from '../src/boot-environment.ts'
import { scanProject } from '../src/scan/scan.ts'
import { appWith, withProject } from './support/scan-source.ts'

/** What is chosen for an app that reads its environment with this code. */
function choose(code: string, files: Record<string, string> = {}) {
  return withProject(
    appWith(`${code}\napp.get('/', (req, res) => res.json({}))`, { imports: "import { z } from 'zod'", files }),
    {},
    (root) => {
      const { boot, database } = scanProject(root).codebase
      const { values, without } = chooseBootEnvironment(root, { boot, database })
      return { values, without: without.map(({ name }) => name) }
    },
  )
}

describe('chooseBootEnvironment', () => {
  it('invents what the rules of the code demand, the same each time', () => {
    const code = `export const env = z.object({
      SECRET: z.string().min(32), MODE: z.enum(['slow', 'fast']), SITE: z.string().url(), AREA: z.string(), SIZE: z.coerce.number().default(3),
      EXTRA: z.string().optional(),
    }).parse(process.env)`
    const { values, without } = choose(code)
    expect(values).toEqual({
      SECRET: expect.stringMatching(/^.{32,}$/),
      MODE: 'slow',
      SITE: expect.stringMatching(/^https:/),
      AREA: expect.stringMatching(/^\S+$/),
    })
    expect(without).toEqual([])
    expect(choose(code).values).toEqual(values)
  })

  it.each([
    [
      "z.enum(['development', 'staging', 'production'])",
      "if (mode.NODE_ENV === 'development') app.use(cors())",
      'staging',
    ],
    [
      "z.enum(['development', 'production']).default('development')",
      "const isProduction = mode.NODE_ENV === 'production'",
      'development',
    ],
    ["z.enum(['development', 'test', 'production'])", '', undefined],
    ['z.string()', '', undefined],
  ])('sets another NODE_ENV where %s does not allow `test`', (rule, use, expected) => {
    const { values } = choose(`export const mode = z.object({ NODE_ENV: ${rule} }).parse(process.env)\n${use}`)
    expect(values.NODE_ENV).toBe(expected)
  })

  it('invents addresses that the clients of their protocols take', () => {
    const code = `export const env = z.object({ REDIS_URL: z.string().min(1), QUEUE_AMQP_URI: z.string().url() }).parse(process.env)
      if (!process.env.MONGO_URL) throw new Error('MONGO_URL')`
    expect(choose(code).values).toEqual({
      REDIS_URL: 'redis://127.0.0.1:1',
      QUEUE_AMQP_URI: 'amqp://127.0.0.1:1',
      MONGO_URL: 'mongodb://127.0.0.1:1/itest',
    })
  })

  it('prefers what the project sets for its tests, and asks the sample where nothing says whether the app can do without', () => {
    const files = {
      '.env.test': 'SECRET=of-the-tests\nUNREAD=1',
      '.env.example': 'SHARED=from-the-sample\nSECRET=no',
      '.env': 'PRIVATE=developer',
    }
    const { values, without } = choose(
      'if (!process.env.SECRET) throw new Error("SECRET"); export const all = [process.env.SHARED, process.env.PRIVATE]',
      files,
    )
    expect(values).toEqual({ SECRET: 'of-the-tests', UNREAD: '1', SHARED: 'from-the-sample' })
    expect(without).toEqual(['PRIVATE'])
  })

  it('asks the sample for what rules demand that are not known, and then the text of the rule', () => {
    const code = `export const env = z.object({
      MINUTES: z.preprocess((a) => +a, z.number().default(30)), DAYS: z.preprocess((a) => +a, z.number()),
      LABEL: z.preprocess((a) => a, z.string()), SECRET: z.string().min(32),
    }).parse(process.env)`
    const { values } = choose(code, { '.env.example': 'MINUTES=45\nSECRET=short' })
    expect(values).toEqual({
      MINUTES: '45',
      DAYS: '3000',
      LABEL: expect.stringMatching(/^itest-value-/),
      SECRET: expect.stringMatching(/^.{32,}$/),
    })
  })

  it('gives secrets, periods and costs a value where nothing says whether the app can do without', () => {
    const read = [
      'MAIL_API_KEY',
      'JWT_SECRET',
      'TOKEN_EXPIRES_IN',
      'SALT_ROUNDS',
      'KEYCLOAK_URL',
      'BUCKET',
      'PAY_KEY',
      'API_KEYS',
    ]
    const code = `export const all = [${read.map((name) => `process.env.${name}`).join(', ')}]
    export const defaults = [process.env.COOKIE_SECRET ?? 'dev']`
    const { values, without } = choose(code, { '.env.example': 'JWT_SECRET=\nPAY_KEY=sk_test_1' })
    expect(values).toEqual({
      MAIL_API_KEY: expect.stringMatching(/^itest-value-/),
      JWT_SECRET: expect.stringMatching(/^itest-value-/),
      TOKEN_EXPIRES_IN: '36000000',
      SALT_ROUNDS: '4',
      PAY_KEY: 'sk_test_1',
    })
    expect(without).toEqual(['API_KEYS', 'BUCKET', 'KEYCLOAK_URL'])
  })

  it('gives those to what only requests read, too, but not to what has a default', () => {
    const { values, without } = choose(
      `app.get('/token', (req, res) => { const { COOKIE_KEY } = process.env
        res.json([COOKIE_KEY, process.env['JWT_SECRET'], process.env.PAGE_SIZE, process.env.CLIENT_URL, API_KEY]) })
      const API_KEY = process.env.API_KEY ?? 'dev'`,
    )
    expect(Object.keys(values)).toEqual(['CLIENT_URL', 'COOKIE_KEY', 'JWT_SECRET'])
    expect(values).toMatchObject({ CLIENT_URL: 'https://client.example' })
    expect(without).toEqual([])
  })

  it('holds variables to the paths that the plan is made for, and leaves those of the database alone', () => {
    const { values } = choose(
      "app.use(process.env.PREFIX || '/api', express.Router().get('/a', (req, res) => res.json({}))); export const url = process.env.DATABASE_URL",
      {
        'src/db.ts':
          "import { drizzle } from 'drizzle-orm/node-postgres'; export const db = drizzle(process.env.DATABASE_URL)",
      },
    )
    expect(values).toEqual({ PREFIX: '/api' })
  })

  it('sets what conditions at import were taken to find, and nothing else', () => {
    const code = `const stamp = process.env.BUILD_STAMP || 'none'
      export const uses = [
        process.env.SMTP_HOST ? 1 : 0, process.env.MAIL_KEY ? 1 : 0, process.env.VITEST ? 1 : 0, process.env.PATH ? 1 : 0,
        process.env.DB_HOST ? 1 : 0, process.env.BUILD_STAMP ? 1 : 0,
      ]
      const late = process.env.MAIL_KEY ?? 'dev'`
    const { values } = choose(code, { '.env.example': 'BUILD_STAMP=1' })
    expect(values).toEqual({ MAIL_KEY: expect.stringMatching(/^itest-value/), DB_HOST: '127.0.0.1' })
  })
})

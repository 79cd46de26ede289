import { describe, expect, it } from 'vitest'
import { findEnvironmentSecrets } from '../../src/redact/environment-secrets.ts'
import { openRedactor } from '../../src/redact/open-redactor.ts'
import type { RedactedKind } from '../../src/redact/types.ts'

// In parts, so that no scanner of repositories takes this file for a leak.
const part = (...parts: string[]): string => parts.join('')
const HEX = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const BASE64 = 'q83vEjRWeJC6vN7wEjRWeJCrze8SNFZ4kKvN7xI0VniQ'
const STRIPE = part('sk_', 'live_4eC39HqLyjWDarjtT1zdp7dc')
const JWT = part('eyJhbGciOiJIUzI1NiJ9.', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0.', 'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U')
const PEM = [
  '-----BEGIN RSA PRIVATE KEY-----',
  'MIIEowIBAAKCAQEAwJalrXUtnFEMIK7MDENGbPxRfiCYzz',
  '-----END RSA PRIVATE KEY-----',
]

function open(options: { environment?: Record<string, string>; planned?: string[]; project?: string } = {}) {
  const { environment = {}, planned = [], project = '' } = options
  return openRedactor({ environment: findEnvironmentSecrets(Object.entries(environment)), planned, project })
}

async function redact(text: string): Promise<{ text: string; counts: readonly RedactedKind[] }> {
  const redactor = open()
  return { text: await redactor.redact(text), counts: redactor.counts() }
}

describe('a secret', () => {
  it.each<[kind: string, code: (secret: string) => string, secret: string]>([
    ['stripe-key', (s) => `new Stripe('${s}')`, STRIPE],
    ['stripe-key', (s) => `// test: ${s}`, part('rk_', 'test_51HxYzAbCdEfGhIjKl')],
    ['webhook-secret', (s) => `constructEvent(body, sig, "${s}")`, part('whsec_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4')],
    ['jwt', (s) => `const known = '${s}'`, JWT],
    ['google-key', (s) => `maps(\`${s}\`)`, part('AIza', 'SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY')],
    ['github', (s) => `octokit({ auth: '${s}' })`, part('ghp_', 'abcdefghijklmnopqrstuvwxyzABCD012345')],
    ['slack', (s) => `slack('${s}')`, part('xoxb-', '1234567890123-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx')],
    ['anthropic', (s) => `ask('${s}')`, part('sk-ant-', `api03-${'aB3'.repeat(31)}AA`)],
    [
      'sendgrid-key',
      (s) => `setKey('${s}')`,
      part('SG.', 'ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf09kqeF8tAmbihYzrnopKc1s5cr'),
    ],
    ['twilio-key', (s) => `twilio('${s}')`, part('SK', '0123a56789b1234c67890d23456e8901')],
    [
      'slack-webhook',
      (s) => `post('https://hooks.slack.com/services/${s}')`,
      'T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
    ],
    ['url-password', (s) => `connect('redis://:${s}@cache.internal:6379')`, 'r3dis-pass'],
    ['url-password', (s) => `connect('mongodb+srv://shop:${s}@cluster0.mongodb.net/shop')`, 'm0ng0'],
    ['url-password', (s) => `connect('amqp://shop:${s}@queue')`, 'rabbit!'],
    ['url-password', (s) => `connect(process.env.DATABASE_URL ?? 'postgres://shop:${s}@db/shop')`, 'p%40ss'],
    ['url-password', (s) => `connect('mysql://shop:${s}@db/shop')`, 'p@ss$1'],
    ['url-password', (s) => `connect('mysql://shop:${s}@db/shop')`, 'pa/ss'],
    ['url-password', (s) => `fetch("https://ada:${s}@api.example.com/x")`, 'ada'],
    ['authorization', (s) => `headers: { authorization: 'Bearer ${s}' }`, 'abcdefghijklmnopqrstuvwxyz'],
    ['authorization', (s) => `.set('authorization', 'Basic ${s}')`, 'YWRhOnNlY3JldC1vZi1hZGE='],
    ['password-hash', (s) => `const hash = '${s}'`, '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
    ['password', (s) => `const dbPassword = '${s}'`, 'hunter2'],
    ['password', (s) => `if (req.body.password !== "${s}") return`, 'letmein'],
    ['password', (s) => `// NB: the admin password is ${s}`, 'hunter2!'],
    ['password', (s) => `# DB_PASSWORD=${s}`, 'hunter2!'],
    ['secret', (s) => `const JWT_SECRET: string = \`${s}\``, 'shhh'],
    ['secret', (s) => `session({ secret: '${s}', resave: false })`, 'keyboard cat'],
    ['secret', (s) => `const secret = process.env.JWT_SECRET || '${s}'`, 'super-secret'],
    ['secret', (s) => `JWT_SECRET: z.string().min(8).default('${s}')`, 'changeme'],
    ['token', (s) => `const options = { 'token': '${s}' }`, 'abc-123-def'],
    ['api-key', (s) => `export const apiKey = '${s}'`, 'k-1234'],
    ['api-key', (s) => `if (req.headers['x-api-key'] === '${s}') next()`, 'partner-7'],
    ['api-key', (s) => `.setHeader('X-Api-Key', "${s}")`, 'partner!'],
    ['api-key', (s) => `const apiKeys = new Set(['${s}'])`, 'partner-7'],
    ['secret', (s) => `app.set('jwtSecret', '${s}')`, 'of-the-shop'],
    ['secret', (s) => `- clientSecret: text, not null, default "${s}"`, 'of-the-shop'],
    ['token', (s) => `fetch('https://api.example.com/x?access_token=${s}&limit=1')`, 'a1b2c3'],
    ['token', (s) => `{ authorization: 'Bearer ${s}' }`, 'abc-123'],
    ['password', (s) => `{ user: 'app', pass: "${s}" }`, 'hunter2'],
    ['password', (s) => `/* pw: ${s} */`, 'hunter2'],
    ['secret', (s) => `new JwtStrategy({ secretOrKey: '${s}' })`, 'shhhhh'],
    ['secret', (s) => `getenv('JWT_SECRET', '${s}')`, 'fallback'],
    ['token', (s) => `const token = (process.env.TOKEN as string) || '${s}'`, 'dev-token-1'],
    ['token', (s) => `'Server=db;User Id=sa;Password=${s};'`, 'Sup3rS3cret'],
    ['token', (s) => `curl -H 'x-api-key: ${s}'`, 'abcdef12345'],
    ['api-key', (s) => `if (!['${s}'].includes(req.apiKey)) return`, 'partner-7'],
    ['signing-secret', (s) => `timingSafeEqual(Buffer.from(given), Buffer.from('${s}'))`, 'abc-123'],
    ['signing-secret', (s) => `await bcrypt.compare(given, '${s}')`, 'hunter2'],
    ['signing-secret', (s) => `jwt.verify(token, '${s}')`, 'my signing words'],
    ['signing-secret', (s) => `createHmac('sha256', '${s}')`, 'of the webhook'],
    ['random-text', (s) => `const pepper0x = ['${s}']`, HEX],
    ['random-text', (s) => `const iv = Buffer.from("${s}", 'base64')`, BASE64],
    ['random-text', (s) => `// rotated away from ${s} in May`, HEX.slice(0, 32)],
  ])('of the kind %s is replaced, and nothing around it', async (kind, code, secret) => {
    const { text, counts } = await redact(code(secret))

    expect(text).toBe(code(`<redacted:${kind}-1>`))
    expect(counts).toEqual([{ kind, count: 1 }])
  })

  it.each([
    ['over several lines', PEM.join('\n')],
    ['escaped', PEM.join('\\n')],
    ['in a comment', PEM.map((line) => ` * ${line}`).join('\n')],
    ['put together from lines', PEM.map((line) => `'${line}\\n'`).join(' +\n  ')],
    ['without its end', ` // ${PEM[0]}\n // ${PEM[1]}`],
  ])('that is a private key goes as a whole, %s', async (_, code) => {
    const { text, counts } = await redact(code)

    expect(text).not.toContain('MIIE')
    expect(counts).toEqual([{ kind: 'private-key', count: 1 }])
  })

  it('has one mark wherever it stands, in any text, also where nothing but its name gave it away', async () => {
    const redactor = open()

    const first = await redactor.redact(`const apiKey = 'k-12345678'\nconst token = 'another-1'\ncall('k-12345678')`)
    const second = await redactor.redact('Error: expected k-12345678')

    expect(first).toBe(
      "const apiKey = '<redacted:api-key-1>'\nconst token = '<redacted:token-1>'\ncall('<redacted:api-key-1>')",
    )
    expect(second).toBe('Error: expected <redacted:api-key-1>')
    expect(redactor.counts()).toEqual([
      { kind: 'api-key', count: 1 },
      { kind: 'token', count: 1 },
    ])
  })

  it('that is a plain word goes only where its name gives it away', async () => {
    const { text } = await redact("const password = 'orders'\nimport { orders } from './orders.js'")
    expect(text).toBe("const password = '<redacted:password-1>'\nimport { orders } from './orders.js'")
  })

  it('in an address, too, is taken for a word of the code when it is one', async () => {
    const { text } = await redact(
      "import postgres from 'postgres'\npostgres('postgres://postgres:postgres@localhost/app')",
    )
    expect(text).toBe(
      "import postgres from 'postgres'\npostgres('postgres://postgres:<redacted:url-password-1>@localhost/app')",
    )
  })

  it('is not redacted twice', async () => {
    const redactor = open()
    const once = await redactor.redact(`const password = 'hunter2'\nconst url = 'redis://:${'x'.repeat(9)}@cache'`)
    expect(await redactor.redact(once)).toBe(once)
  })

  it('in an address does not take the rest of it along', async () => {
    const { text } = await redact("drizzle('postgres://shop:p4ssw0rd@db.example.com:5432/shop')")
    expect(text).toBe("drizzle('postgres://shop:<redacted:url-password-1>@db.example.com:5432/shop')")
  })
})

describe('what is no secret', () => {
  it.each([
    ["const id = '123e4567-e89b-42d3-a456-426614174000'"],
    ["import { secretKey } from '../config/secret-key.js'"],
    ["import passport from 'passport-jwt'"],
    ["className: 'bg-blue-500 hover:bg-blue-700 text-white font-bold py-2 px-4 rounded-full'"],
    ["const css = 'grid-cols-1-md-grid-cols-2-lg-grid-cols-3-xl-4'"],
    ["fetch('http://localhost:3000/api/v1/orders?limit=10')"],
    ["connect('postgres://db.example.com:5432/shop')"],
    ["connect('redis://cache:6379')"],
    ["fetch('http://127.0.0.1:8080/mail?to=ada@example.com')"],
    ['connect(`postgres://${' + 'user}:${' + 'password}@${' + 'host}/shop`)'],
    ['connect(`postgres://shop:${' + 'process.env.DB_PASSWORD}@db/shop`)'],
    ['const secret = process.env.JWT_SECRET'],
    ["const secret = config.get('JWT_SECRET')"],
    ["password: text('password_hash').notNull(),"],
    ["passwordHash: varchar('password_hash', { length: 255 }),"],
    ["z.object({ password: z.string().min(8, 'Password is too short'), token: z.string() })"],
    ["const errors = { password: 'Password is required', token: 'invalid_token' }"],
    ["res.status(401).json({ error: 'invalid token', code: 'TOKEN_EXPIRED' })"],
    ["const API_KEY_HEADER = 'x-api-key'; const apiKey = 'x-api-key'"],
    ["fetch(url, { credentials: 'include' })"],
    ["if (typeof token === 'string' || token === 'undefined') return"],
    ["const tokenType = 'Bearer'; const grant = { type: 'password', token: 'access' }"],
    ["customAlphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')"],
    ["const key = 'user-profile-settings-v2/notifications/2024'"],
    ["integrity: 'sha512-q83vEjRWeJC6vN7wEjRWeJCrze8SNFZ4kKvN7xI0VniQ'"],
    ['const t: { password: string; token?: string } = read(req.body)'],
    ["const { password = '' } = req.body"],
    ['headers: { authorization: `Bearer ${' + 'token}` }'],
    ["it('answers 401 to a wrong password', async () => {"],
    ["const tokens = ['access', 'refresh', 'while']"],
    ["fetch('https://api.example.com/x?token=required')"],
    ["const zeros = '00000000000000000000000000000000'"],
    ['const token = jwt.sign({ sub: user.id }, process.env.JWT_SECRET)'],
  ])('stays: %s', async (code) => {
    expect(await redact(code)).toEqual({ text: code, counts: [] })
  })
})

describe('values of the environment', () => {
  const VALUE = 'tr0ub4dor&3 /x'

  it('are replaced as they are, in code, in addresses and in base64', async () => {
    const redactor = open({ environment: { ADMIN_PASS: VALUE, PORT: '3000', NODE_ENV: 'test', TENANT: 'shop' } })
    const forms = [VALUE, encodeURIComponent(VALUE), Buffer.from(VALUE).toString('base64')]

    const text = await redactor.redact(`${forms.map((one) => `say(${one})`).join('\n')} shop test 3000`)

    const mark = '<redacted:env-admin-pass-1>'
    expect(text.replaceAll('=', '')).toBe(`say(${mark})\nsay(${mark})\nsay(${mark}) shop test 3000`)
    expect(redactor.counts()).toEqual([{ kind: 'environment-value', count: 1 }])
  })

  it('are named after their variable, also where their form would do', async () => {
    const redactor = open({ environment: { STRIPE_SECRET_KEY: STRIPE, OTHER_TOKEN: 'never-met-1' } })
    expect(await redactor.redact(`new Stripe('${STRIPE}')`)).toBe("new Stripe('<redacted:env-stripe-secret-key-1>')")
    expect(redactor.counts()).toEqual([{ kind: 'environment-value', count: 1 }])
  })

  it('count when they are short only as words of their own', async () => {
    const redactor = open({ environment: { DB_PASSWORD: 'abc123' } })
    expect(await redactor.redact("login('abc123', xabc1234)")).toBe("login('<redacted:env-db-password-1>', xabc1234)")
  })

  it('leave nothing of a longer text behind that they are a part of', async () => {
    const redactor = open({ environment: { DB_PASSWORD: 'abc123def456' } })
    expect(await redactor.redact("const token = 'head-abc123def456-tail'")).toBe("const token = '<redacted:token-1>'")
  })
})

describe('what is planned', () => {
  it('is no secret when itest made it up, unless it has the form of a key', async () => {
    const redactor = open({ planned: ['Correct-horse-9', STRIPE], project: '"password"' })
    const text = await redactor.redact(`body \`{ password: 'Correct-horse-9', key: '${STRIPE}' }\``)
    expect(text).toBe("body `{ password: 'Correct-horse-9', key: '<redacted:stripe-key-1>' }`")
  })

  it('is one when the project has it', async () => {
    const redactor = open({ planned: ['partner-7'], project: "if (key === 'partner-7')" })
    expect(await redactor.redact("headers `{ 'x-api-key': 'partner-7' }`")).toContain("'<redacted:api-key-1>'")
  })

  it('does not leave with the next message when it was put back, though it is a plain word', async () => {
    const redactor = open({ planned: ['letmein'], project: 'letmein' })
    await redactor.redact("password = 'letmein'")
    const { text } = redactor.restore("login('<redacted:password-1>')")

    expect(text).toBe("login('letmein')")
    expect(await redactor.redact(`the case was: ${text}`)).toBe("the case was: login('<redacted:password-1>')")
  })

  it('is put back into a reply, and no other secret is', async () => {
    const redactor = open({ environment: { JWT_SECRET: 'c4tsanddogs' }, planned: ['partner-7'], project: 'partner-7' })
    await redactor.redact("headers `{ 'x-api-key': 'partner-7' }` c4tsanddogs")

    expect(redactor.restore(".set('x-api-key', '<redacted:api-key-1>').send('<redacted:env-jwt-secret-1>')")).toEqual({
      text: ".set('x-api-key', 'partner-7').send('<redacted:env-jwt-secret-1>')",
      missing: ['<redacted:env-jwt-secret-1>'],
    })
    expect(await redactor.redact("AssertionError: .set('x-api-key', 'partner-7')")).not.toContain('partner-7')
    expect(redactor.restore('<redacted:made-up-1>').missing).toEqual(['<redacted:made-up-1>'])
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findEnvironmentSecrets, parseVariables, readEnvironmentFiles } from '../../src/redact/environment-secrets.ts'

function writeTree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-env-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  return root
}

describe('parseVariables', () => {
  it.each([
    ['plain', 'A=b', { A: 'b' }],
    ['exported', 'export A=b', { A: 'b' }],
    ['in quotes, with a # and blanks', 'A="b # c "', { A: 'b # c ' }],
    ['in single quotes', "A='b\"c'", { A: 'b"c' }],
    ['with a comment behind', 'A=b # c', { A: 'b' }],
    ['over several lines', 'A="b\nc"\nD=e', { A: 'b\nc', D: 'e' }],
    ['with = in it', 'A=b==', { A: 'b==' }],
    ['commented out', '# A=b\n  ## C=d', { A: 'b', C: 'd' }],
    ['behind a byte order mark', '\uFEFFA=b', { A: 'b' }],
    ['on Windows', 'A=b\r\nC=d\r\n', { A: 'b', C: 'd' }],
    ['empty', 'A=\nB=""', {}],
  ])('reads a value %s', (_, text, expected) => {
    expect(parseVariables(text)).toEqual(expect.arrayContaining(Object.entries(expected)))
    if (Object.keys(expected).length === 0) expect(parseVariables(text)).toEqual([])
  })

  it('keeps what a later line overrides', () => {
    expect(parseVariables('A=old\nA=new').map(([, value]) => value)).toEqual(expect.arrayContaining(['old', 'new']))
  })
})

describe('readEnvironmentFiles', () => {
  it('reads those of the project, of its repository and those that the code names, and no samples', () => {
    const root = writeTree({
      '.git/HEAD': '',
      '.env': 'TOP=1',
      'apps/shop/.env': 'A=1',
      'apps/shop/.env.production.local': 'B=1',
      'apps/shop/.env.example': 'SAMPLE=1',
      'apps/shop/.envrc': 'export C=1',
      'apps/shop/config/secrets.env': 'D=1',
      'apps/shop/prod.env': 'E=1',
      'apps/shop/.env.d/x': 'FOLDER=1',
      'apps/other/.env': 'OTHER=1',
    })
    const found = readEnvironmentFiles(path.join(root, 'apps/shop'), ['config/secrets.env', 'gone.env', '(computed)'])
    expect([...new Set(found.map(([name]) => name))].sort()).toEqual(['A', 'B', 'C', 'D', 'E', 'TOP'])
  })

  it('stays in the folder where there is no repository', () => {
    const root = writeTree({ '.env': 'TOP=1', 'shop/.env': 'A=1' })
    expect(readEnvironmentFiles(path.join(root, 'shop'), []).map(([name]) => name)).toContain('A')
    expect(readEnvironmentFiles(path.join(root, 'shop'), []).map(([name]) => name)).not.toContain('TOP')
  })
})

describe('findEnvironmentSecrets', () => {
  const valuesOf = (name: string, value: string): string[] =>
    findEnvironmentSecrets([[name, value]]).flatMap(({ forms }) => forms)

  it.each([
    ['JWT_SECRET', 'hunter2'],
    ['SECRET_KEY_BASE', 'of-the-shop'],
    ['DB_PASS', 'p4ss!word'],
    ['DB_PASSWORD', 'correcthorsebatterystaple'],
    ['STRIPE_KEY', '12345678'],
    ['SESSION_SECRET', 'keyboard cat'],
    ['API_TOKEN', '123e4567-e89b-42d3-a456-426614174000'],
    ['SENTRY', 'a1B2c3D4e5F6g7H8i9'],
    ['AWS_ACCESS_KEY_ID', 'QKIA2E0A8F3B7C9D1E5F'],
  ])('takes %s=%s', (name, value) => {
    expect(valuesOf(name, value)).toContain(value)
  })

  it.each([
    ['NODE_ENV', 'test'],
    ['PORT', '3000'],
    ['DB_HOST', 'localhost'],
    ['DEBUG', 'true'],
    ['SECRETS_ENABLED', 'true'],
    ['POSTGRES_PASSWORD', 'postgres'],
    ['JWT_SECRET', 'Orders'],
    ['JWT_SECRET', 'short'],
    ['TOKEN_TTL', '3600000'],
    ['JWT_ALGORITHM', 'RS256-or-so'],
    ['TOKEN_ISSUER', 'orders.example'],
    ['API_KEY_HEADER', 'x-partner-key'],
    ['AUTH_STRATEGY', 'passport-jwt'],
    ['PAYMENTS_URL', 'https://api.payments.example/v1'],
    ['CORS_ORIGIN', 'http://localhost:3000'],
    ['DATABASE_URL', 'postgres://postgres:postgres@localhost:5432/orders'],
    ['APP_NAME', 'orders-service-2024-production'],
    ['NODE_OPTIONS', '--max-old-space-size=4096 --enable-source-maps'],
    ['TENANT', '123e4567-e89b-42d3-a456-426614174000'],
  ])('leaves %s=%s, which may be a word of the code', (name, value) => {
    expect(valuesOf(name, value)).toEqual([])
  })

  it('takes the password of an address, as it stands and as it is meant', () => {
    expect(valuesOf('DATABASE_URL', 'postgres://shop:p4ss%2Fword@db:5432/shop')).toEqual(
      expect.arrayContaining(['p4ss%2Fword', 'p4ss/word']),
    )
  })

  it('takes what is drawn by chance in an address', () => {
    const key = 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6'
    expect(valuesOf('SENTRY_DSN', `https://${key}@o1.ingest.sentry.example/42`)).toContain(key)
  })

  it('takes each line of a key, and its line breaks escaped', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAwJalrXUtnFEMI\n-----END PRIVATE KEY-----'
    expect(valuesOf('SIGNING_KEY', key)).toEqual(
      expect.arrayContaining([key, key.replaceAll('\n', '\\n'), 'MIIEowIBAAKCAQEAwJalrXUtnFEMI']),
    )
    expect(valuesOf('SIGNING_KEY', key)).not.toContain('-----END PRIVATE KEY-----')
  })

  it('takes other ways of writing a value', () => {
    expect(valuesOf('DB_PASS', 'p4ss/w"rd')).toEqual(['p4ss/w"rd', 'p4ss/w\\"rd', 'p4ss%2Fw%22rd', 'cDRzcy93InJk'])
  })
})

import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { copyFixture, type FixtureCopy } from '../support/copy-fixture.ts'
import { CLI, type CliEnd, cliEnvironment } from '../support/run-cli.ts'
import { genHere, runHere } from '../support/run-here.ts'

const TEST_FILE = 'tests/integration/post-orders.test.ts'
const ROUTE = 'src/routes/orders.ts'

function copyOrders(options?: { withoutPackages: readonly string[] }): FixtureCopy {
  const copy = copyFixture('orders', options)
  onTestFinished(copy.remove)
  return copy
}

/** Exit code 2, words on stderr, nothing on stdout, no stack trace, and nothing written. */
async function expectMistake(copy: FixtureCopy, run: () => Promise<CliEnd>, says: readonly string[]): Promise<void> {
  const before = copy.list()

  const { exitCode, stdout, stderr } = await run()

  for (const words of says) expect(stderr).toContain(words)
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).not.toMatch(/^ +at /m)
  expect(copy.list()).toEqual(before)
}

function drop(copy: FixtureCopy, file: string): void {
  rmSync(path.join(copy.root, file), { recursive: true })
}

describe('a route argument', () => {
  it.each([
    {
      words: ['orders'],
      says: ['expected a method (GET, POST, ', 'and a path, found "orders"', 'itest gen POST /orders'],
    },
    { words: ['POST'], says: ['found "POST": the path is missing'] },
    { words: ['POST', 'orders'], says: ['found "POST orders": the path must begin with /'] },
    { words: ['FETCH', '/orders'], says: ['expected a method (GET, POST, ', 'found "FETCH /orders"'] },
    { words: ['POST', '/orders', '/users'], says: ['expected one route, found "POST /orders /users"'] },
    { words: ['POST', 'C:/Program Files/Git/orders'], says: ['your shell turned the path into a file name'] },
    { words: [], says: ['expected a method (GET, POST, ', 'found nothing'] },
  ])('is explained when it is malformed: $words', async ({ words, says }) => {
    const copy = copyOrders()

    await expectMistake(copy, () => runHere(['gen', ...words, '--root', copy.root]), says)
  })

  it('may be one word, in lower case', async () => {
    const copy = copyOrders()

    const { exitCode, stdout } = await runHere(['plan', 'post /orders', '--root', copy.root])

    expect(stdout).toMatch(/^POST \/orders {2}src\/routes\/orders\.ts:8\n/)
    expect(exitCode).toBe(0)
  })

  it('that no route has gets the nearest ones', async () => {
    const copy = copyOrders()

    await expectMistake(copy, () => runHere(['gen', 'GET', '/order', '--root', copy.root]), [
      'no route GET /order in this project',
      'Nearest: POST /orders',
      '`itest routes`',
    ])
  })
})

describe('an option', () => {
  it.each([
    { more: ['--frobnicate'], says: ["unknown option '--frobnicate'", 'itest gen --help'] },
    { more: ['--database', 'mysql'], says: ["'mysql' is invalid", 'auto, postgres, pglite'] },
    {
      more: ['--model', 'gpt-99'],
      says: ['unknown model gpt-99', 'Expected none, anthropic, a Claude model'],
    },
    { more: ['--effort', 'huge'], says: ['--effort: expected low, medium, high, max, found huge'] },
    { more: ['--max-tokens', '0'], says: ['--max-tokens: expected a whole number from 1 to 9999999, found 0'] },
    { more: ['--model-timeout', '0'], says: ['--model-timeout: expected seconds, at most 3600, found "0"'] },
    { more: ['--runs', '0'], says: ['--runs: expected a whole number from 1 to 999, found 0', 'in different orders'] },
    { more: ['--out', '../elsewhere'], says: ['--out ../elsewhere: expected a folder inside the project'] },
  ])('is explained: $more', async ({ more, says }) => {
    const copy = copyOrders()

    await expectMistake(copy, () => genHere(copy.root, more), says)
  })

  it('names a folder that is not there, or is no folder', async () => {
    const copy = copyOrders()

    const missing = path.join(copy.root, 'nowhere')
    await expectMistake(copy, () => genHere(missing), ['expected a folder, found nothing at', missing, 'package.json'])
    const file = path.join(copy.root, 'package.json')
    await expectMistake(copy, () => genHere(file), ['expected a folder, found a file at', file])
  })
})

describe('a project', () => {
  it.each<{ lacks: string; packages?: string[]; change: (copy: FixtureCopy) => void; says: string[] }>([
    {
      lacks: 'package.json',
      change: (copy) => drop(copy, 'package.json'),
      says: ['no package.json in', '--root DIR'],
    },
    {
      lacks: 'a readable package.json',
      change: (copy) => copy.write('package.json', '{ "name": '),
      says: ["package.json can't be read as JSON", 'Fix package.json'],
    },
    {
      lacks: 'Express',
      packages: ['express'],
      change: (copy) => copy.patch('package.json', '    "express": "^5.3.0",\n', ''),
      says: ['no Express in', 'package.json does not list it'],
    },
    {
      lacks: 'Drizzle',
      packages: ['drizzle-orm'],
      change: (copy) => copy.patch('package.json', '    "drizzle-orm": "^0.45.4",\n', ''),
      says: ['no Drizzle in', 'drizzle-orm'],
    },
    {
      lacks: 'a tsconfig that parses',
      change: (copy) => copy.write('tsconfig.json', '{ "compilerOptions": '),
      says: ['tsconfig.json', 'tsc'],
    },
    {
      lacks: 'the file that its tsconfig extends',
      change: (copy) =>
        copy.patch('tsconfig.json', '"compilerOptions": {', '"extends": "./base.json",\n  "compilerOptions": {'),
      says: ['tsconfig.json', 'base.json', 'npx tsc'],
    },
    {
      lacks: 'an app',
      change: (copy) => {
        drop(copy, 'src/app.ts')
        drop(copy, 'src/server.ts')
      },
      says: ['no Express app with routes found', '--root DIR'],
    },
    {
      lacks: 'tables',
      change: (copy) => {
        copy.write('src/db/schema.ts', 'export const orders = {} as never\n')
      },
      says: ['no Drizzle table found', 'pgTable'],
    },
    {
      lacks: 'valid syntax',
      change: (copy) => copy.patch(ROUTE, 'const { userId, amountCents', 'const { userId, , amountCents'),
      says: ['syntax error', `${ROUTE}:9`, 'npx tsc'],
    },
    {
      lacks: 'a migration that the database takes',
      change: (copy) => copy.patch('drizzle/0000_create_orders.sql', 'uuid PRIMARY KEY', 'uuuid PRIMARY KEY'),
      says: ['0000_create_orders.sql', 'uuuid'],
    },
  ])('that lacks $lacks is told so', async ({ packages, change, says }) => {
    const copy = copyOrders(packages ? { withoutPackages: packages } : undefined)
    change(copy)

    await expectMistake(copy, () => genHere(copy.root), says)
  })

  it('that imports a file which is not there is told what is broken and what is missing, and fails', async () => {
    const copy = copyOrders()
    drop(copy, 'src/lib/payments.ts')

    const { exitCode, stdout } = await genHere(copy.root)

    expect(stdout).toMatch(/BROKEN\n +.*lib\/payments/)
    expect(stdout).toContain('Not tested yet, must be:\n  happy, idempotent-retry: missing ')
    expect(stdout).toContain('Analysis left 1 place unresolved')
    expect(exitCode).toBe(1)
  })

  it.each([
    {
      core: 'sqlite-core',
      maker: 'sqliteTable',
      says: 'the tables are for sqlite, but the app opens postgres by node-postgres',
    },
    {
      core: 'mysql-core',
      maker: 'mysqlTable',
      says: 'the tables are for mysql, but the app opens postgres by node-postgres',
    },
  ])('with a $maker beside a driver of Postgres is told so', async ({ core, maker, says }) => {
    const copy = copyOrders()
    copy.write(
      'src/db/schema.ts',
      `import { int as integer, text } from 'drizzle-orm/${core}'
import { ${maker} } from 'drizzle-orm/${core}'

export const orders = ${maker}('orders', {
  id: integer('id').primaryKey(),
  userId: text('user_id').notNull(),
  amountCents: integer('amount_cents').notNull(),
  idempotencyKey: text('idempotency_key'),
  paymentId: text('payment_id').notNull(),
})
`,
    )

    await expectMistake(copy, () => genHere(copy.root), [says, 'itest plan'])
  })
})

describe('a test file that is there already', () => {
  it('is left as it is when itest has not written it', async () => {
    const copy = copyOrders()
    copy.write(TEST_FILE, '// by hand\n')

    await expectMistake(copy, () => genHere(copy.root), [TEST_FILE, 'no record of having written it', '--force'])
  })

  it('may also be a folder of that name', async () => {
    const copy = copyOrders()
    mkdirSync(path.join(copy.root, TEST_FILE), { recursive: true })

    await expectMistake(copy, () => genHere(copy.root), [`expected ${TEST_FILE} to be a file, found a folder`])
  })
})

describe('a place where nothing can be written', () => {
  it('is told when a file stands where the folder should be', async () => {
    const copy = copyOrders()
    copy.write('tests', 'no folder\n')

    await expectMistake(copy, () => genHere(copy.root), ['expected tests to be a folder, found a file', '--out DIR'])
  })

  it('is told when the folder for the records of itest is a file', async () => {
    const copy = copyOrders()
    copy.write('.itest', 'no folder\n')

    await expectMistake(copy, () => genHere(copy.root), ['.itest', "can't be written"])
  })
})

describe('permissions', () => {
  // Root may read and write everything, so these run as somebody else then.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

  function isReachableForAll(file: string): boolean {
    const folder = path.dirname(file)
    return folder === file || ((statSync(folder).mode & 0o005) === 0o005 && isReachableForAll(folder))
  }

  async function genAsUser(root: string): Promise<CliEnd> {
    const options = { cwd: root, env: cliEnvironment(), extendEnv: false, reject: false, ...user } as const
    const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, 'gen', 'POST', '/orders'], options)
    return { exitCode, stdout, stderr }
  }

  it('that keep a source file from being read are told', async ({ skip }) => {
    skip(user.uid !== undefined && !isReachableForAll(CLI), 'run as root in a folder that nobody else can enter')
    const copy = copyOrders()
    const text = copy.read(ROUTE)
    const deny = () => chmodSync(path.join(copy.root, ROUTE), 0o000)
    deny()

    const { exitCode, stdout, stderr } = await genAsUser(copy.root)

    expect(stderr).toContain(ROUTE)
    expect(stderr).not.toMatch(/^ +at /m)
    expect({ exitCode, stdout, text }).toEqual({ exitCode: 2, stdout: '', text: copy.read(ROUTE) })
  })

  it('that keep the project from being written are told', async ({ skip }) => {
    skip(user.uid !== undefined && !isReachableForAll(CLI), 'run as root in a folder that nobody else can enter')
    const copy = copyOrders()
    chmodSync(copy.root, 0o555)

    await expectMistake(copy, () => genAsUser(copy.root), [`${TEST_FILE} can't be written`, '. is not writable'])
    chmodSync(copy.root, 0o755)
  })
})

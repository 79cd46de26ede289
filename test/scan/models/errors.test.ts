import { expect, it } from 'vitest'
import { bodyFor, eventOf, outline, readHandler, show } from '../../support/scan-source.ts'

const CATCHING = (body: string, answer: string): string =>
  `try {\n${body}\n} catch (error: any) {\nreturn res.status(500).json(${answer})\n}\nres.json({ ok: true })`

it('gives every error a stack, whose text only a run knows', () => {
  const handler = CATCHING("throw new Error('no seat left')", '{ stack: error.stack || null }')
  expect(bodyFor(readHandler(handler), 500)).toBe('{stack: error stack()}')
})

it('gives an error of a class of the project a stack', () => {
  const before = 'class SeatError extends Error {}'
  const handler = CATCHING("throw new SeatError('no seat left')", '{ stack: error.stack ?? null }')
  expect(bodyFor(readHandler(handler, { before }), 500)).toBe('{stack: error stack()}')
})

it.each([
  [`\`failed: \${error}\``, '"failed: Error: no seat left"'],
  ["'failed: ' + error", '"failed: Error: no seat left"'],
])('gives %s the name and the message of an error', (text, body) => {
  const handler = CATCHING("throw new Error('no seat left')", `{ text: ${text} }`)
  expect(bodyFor(readHandler(handler), 500)).toBe(`{text: ${body}}`)
})

it.each([
  ['node-postgres', '0.45.0', '"Error"'],
  ['node-postgres', '0.40.0', '"error"'],
  ['mysql2', '0.40.0', '"Error"'],
  ['better-sqlite3', '0.40.0', '"SqliteError"'],
  ['bun-sql', '0.40.0', 'name of a database error()'],
])('names an error of %s under drizzle-orm %s as the driver does', (driver, drizzle, name) => {
  const files = {
    'src/db.ts': `import { drizzle } from 'drizzle-orm/${driver}'\nexport const db = drizzle(process.env.DATABASE_URL!)`,
  }
  const dossier = readHandler(CATCHING('await db.select().from(users)', '{ type: error.name }'), { files }, { drizzle })
  expect(bodyFor(dossier, 500)).toBe(`{type: ${name}}`)
})

it.each([
  ['better-sqlite3', "import { SqliteError as Failure } from 'better-sqlite3'"],
  ['better-sqlite3', "import Database from 'better-sqlite3'\nconst Failure = Database.SqliteError"],
  ['libsql', "import { LibsqlError as Failure } from '@libsql/client'"],
  ['postgres-js', "import postgres from 'postgres'\nconst Failure = postgres.PostgresError"],
  ['node-postgres', "import { DatabaseError as Failure } from 'pg'"],
])('knows an error of %s by the class that the package exports', (driver, imports) => {
  const files = {
    'src/db.ts': `import { drizzle } from 'drizzle-orm/${driver}'\nexport const db = drizzle(process.env.DATABASE_URL!)`,
  }
  const handler = CATCHING('await db.select().from(users)', '{ isOfDriver: error instanceof Failure }')
  expect(bodyFor(readHandler(handler, { imports, files }, { drizzle: '0.40.0' }), 500)).toBe('{isOfDriver: true}')
})

it('reads one row for findFirst', () => {
  const dossier = readHandler('res.json(await db.query.users.findFirst({ where: eq(users.id, 1) }))')
  expect(show(eventOf(dossier, 'db').limit)).toBe('1')
})

it('hands on what an unknown call does not catch of its callback', () => {
  const before = 'const wrap = {}.wrap'
  const dossier = readHandler(
    CATCHING("await wrap(async () => { throw new Error('full') })", '{ message: error.message }'),
    { before },
  )
  expect(outline(dossier)).toEqual(['throw Error > 500'])
})

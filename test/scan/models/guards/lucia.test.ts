import { describe, expect, it } from 'vitest'
import type { Dossier } from '../../../../src/scan/types.ts'
import { outline, readHandler, show } from '../../../support/scan-source.ts'

const IMPORTS = `
  import { Lucia } from 'lucia'
  import { DrizzlePostgreSQLAdapter, DrizzleSQLiteAdapter } from '@lucia-auth/adapter-drizzle'
  import { pgTable, text, timestamp } from 'drizzle-orm/pg-core'
  const sessions = pgTable('sessions', { id: text('id').primaryKey(), userId: text('user_id').notNull(), expiresAt: timestamp('expires_at').notNull() })`

function withLucia(handler: string, adapter = 'DrizzlePostgreSQLAdapter'): Dossier {
  const before = `const lucia = new Lucia(new ${adapter}(db, sessions, users), {
    sessionCookie: { name: 'sid' }, getUserAttributes: (row) => ({ email: row.email }) })`
  return readHandler(handler, { imports: IMPORTS, before, route: 'get /me' })
}

describe('lucia', () => {
  const ME = `
    const { session, user } = await lucia.validateSession(req.cookies[lucia.sessionCookieName] ?? '')
    if (!session) return res.sendStatus(401)
    res.json({ id: user.id, email: user.email })`

  it('reads a session from the tables of its adapter', () => {
    const dossier = withLucia(ME)
    expect(outline(dossier)).toEqual(
      expect.arrayContaining([
        'select sessions > 200',
        'select sessions > 401',
        'select sessions fails > 500',
        'select sessions > delete sessions > 401',
      ]),
    )
    expect(dossier.effects).toEqual([])
    expect(dossier.access.authentication[0]).toMatchObject({
      credentials: ['cookie sid'],
      verifiedBy: ['lucia.validateSession'],
    })
    expect(dossier.unresolved.map(({ what }) => what)).toEqual([expect.stringContaining('updates sessions')])
  })

  it('asks twice on SQLite', () => {
    expect(outline(withLucia(ME, 'DrizzleSQLiteAdapter'))).toContain('select sessions > select sessions > 200')
  })

  it('writes sessions', () => {
    const dossier = withLucia(`
      const session = await lucia.createSession('u1', { device: 'a' })
      await lucia.invalidateSession('s1')
      res.setHeader('Set-Cookie', lucia.createSessionCookie(session.id).serialize())
      res.end()`)
    expect(outline(dossier)[0]).toBe('insert sessions > delete sessions > 200')
    const [insert, , answer] = dossier.scenarios[0]?.events ?? []
    expect(insert?.kind === 'db' && show(insert.values)).toContain('userId: "u1"')
    expect(answer?.kind === 'respond' && show(answer.headers['set-cookie'])).toContain('concat("sid", "="')
  })

  it('is a service like any other on an adapter that is not known', () => {
    const { effects } = readHandler('await lucia.invalidateSession(req.body.id)\nres.end()', {
      imports: IMPORTS,
      before: 'const lucia = new Lucia(makeAdapter())',
    })
    expect(effects.map(({ target }) => target)).toEqual(['lucia.Lucia.invalidateSession'])
  })
})

import { describe, expect, it } from 'vitest'
import type { Dossier } from '../../../../src/scan/types.ts'
import { decisionsOf, outline, readHandler } from '../../../support/scan-source.ts'

const SESSION = `app.use(session({ secret: 'k' }))
  app.use(passport.initialize())
  app.use(passport.session())`
const DESERIALIZE = `passport.deserializeUser(async (id, done) => {
    try {
      const [user] = await db.select().from(users).where(eq(users.id, id))
      done(null, user)
    } catch (error) { done(error) }
  })`

function behind(handler: string, before = `${DESERIALIZE}\n${SESSION}`): Dossier {
  const imports = "import session from 'express-session'\nimport passport from 'passport'"
  return readHandler(handler, { imports, before, route: 'get /me' })
}

describe('passport.session()', () => {
  const ME = 'if (!req.isAuthenticated()) return res.sendStatus(401)\nres.json({ id: req.user.id })'

  it('restores the user of a session, for a route that asks', () => {
    const dossier = behind(ME)
    expect(outline(dossier)).toEqual(['select users > 200', '401', 'select users fails > 500', 'select users > 401'])
    expect(dossier.scenarios[0] && decisionsOf(dossier.scenarios[0])[0]).toBe(
      'member(member(request.session(cookies.connect.sid), "passport"), "user")',
    )
    expect(dossier.access.authentication[0]?.credentials).toEqual(['cookie connect.sid'])
    expect(dossier.unresolved).toEqual([])
  })

  it('costs a route that does not ask nothing', () => {
    const dossier = behind('res.sendStatus(200)')
    expect(outline(dossier)).toEqual(['200'])
    expect(dossier.gates).toMatchObject([
      {
        how: 'user of the session not restored',
        outcomes: [{ status: { value: 500 }, via: [{ by: 'catch' }, {}, {}] }],
      },
    ])
  })

  it('is open where nobody says how', () => {
    const dossier = behind(ME, SESSION)
    expect(dossier.unresolved.map(({ what }) => what)).toEqual([
      'no code that analysis reached gives passport a deserializeUser',
    ])
  })

  it('has the user whom `req.login` signs in', () => {
    const dossier = behind(
      'req.login({ id: 7 }, (error) => { if (error) return res.sendStatus(500)\nres.json(req.user) })',
      `passport.serializeUser((user, done) => done(null, user.id))\n${SESSION}`,
    )
    expect(outline(dossier)).toContain('200')
  })
})

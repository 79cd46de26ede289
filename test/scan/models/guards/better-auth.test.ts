import { expect, it } from 'vitest'
import { outline, readHandler } from '../../../support/scan-source.ts'

it('says that better-auth asks the database who it is, which no event shows', () => {
  const dossier = readHandler(
    `const session = await auth.api.getSession({ headers: req.headers })
    if (!session) return res.sendStatus(401)
    res.sendStatus(200)`,
    { imports: "import { betterAuth } from 'better-auth'\nconst auth = betterAuth({})" },
  )
  expect(outline(dossier)).toEqual(['200', '401'])
  expect(dossier.unresolved.map(({ what }) => what)).toEqual([expect.stringContaining('better-auth reads a session')])
})

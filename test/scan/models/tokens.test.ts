import { expect, it } from 'vitest'
import { outline, readHandler } from '../../support/scan-source.ts'

const VERIFYING = (answer: string): string =>
  `try { jwt.verify(req.get('authorization'), 'secret') } catch (error) {\n${answer}\nreturn res.sendStatus(401)\n}\nres.sendStatus(204)`
const imports = "import jwt from 'jsonwebtoken'"

it('knows that errors of jsonwebtoken have no code', () => {
  const handler = VERIFYING("if (error.code === '23505') return res.sendStatus(409)")
  expect(outline(readHandler(handler, { imports })).sort()).toEqual(['204', '401'])
})

it('leaves open which of its errors it is', () => {
  const handler = VERIFYING("if (error.message === 'jwt expired') return res.sendStatus(419)")
  expect(outline(readHandler(handler, { imports })).sort()).toEqual(['204', '401', '419'])
})

it('leaves open when a token expired, which only some of its errors say', () => {
  const handler = VERIFYING('if (error.expiredAt) return res.sendStatus(419)')
  expect(outline(readHandler(handler, { imports })).sort()).toEqual(['204', '401', '419'])
})

it('leaves open the code of an error of jose', () => {
  const handler = `try { await jwtVerify(req.get('authorization'), key) } catch (error) {
    if (error.code === 'ERR_JWT_EXPIRED') return res.sendStatus(419)
    return res.sendStatus(401)
  }\nres.sendStatus(204)`
  const extra = { imports: "import { jwtVerify } from 'jose'", before: 'const key = new Uint8Array()' }
  expect(outline(readHandler(handler, extra)).sort()).toEqual(['204', '401', '419'])
})

it.each([
  "error.message.includes('Unexpected field')",
  "error.message === 'duplicate key value'",
  "String(error.message).toLowerCase().includes('fetch users')",
  "error.name === 'ZodError'",
])('knows that no refused token says %s', (asked) => {
  const handler = VERIFYING(`if (${asked}) return res.sendStatus(409)`)
  expect(outline(readHandler(handler, { imports })).sort()).toEqual(['204', '401'])
})

it.each([
  "error.message.includes('malformed')",
  "error.message.startsWith('jwt audience invalid')",
  "error.name === 'TokenExpiredError'",
])('leaves open whether it says %s', (asked) => {
  const handler = VERIFYING(`if (${asked}) return res.sendStatus(409)`)
  expect(outline(readHandler(handler, { imports })).sort()).toEqual(['204', '401', '409'])
})

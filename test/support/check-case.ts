import { checkCases } from '../../src/check/check.ts'
import { HARNESS_NAMES } from '../../src/harness-api.ts'
import type { Path } from '../../src/plan/types.ts'
import { openPath, plan } from './plan-factory.ts'

/** What the scaffold of the sample route gives to a case. */
export const NAMES = ['app', 'eq', 'orders', 'payments', 'request', 'validBody', ...HARNESS_NAMES]

/** Everything that the checks say of one case of `POST /orders`; the path asks for no certain outcome by default. */
export function checkCase(code: string, options: { path?: Path; names?: readonly string[]; title?: string } = {}) {
  const { path = openPath({ id: 'happy' }), names = NAMES, title = 'answers 201' } = options
  return checkCases({
    cases: [{ pathId: path.id, title, code }],
    plan: plan({ paths: [path], environment: { JWT_SECRET: 'itest-value' } }),
    variables: ['API_KEY'],
    names,
  })
}

/** What one rule says. */
export function findingsOf(rule: string, code: string, options?: Parameters<typeof checkCase>[1]): string[] {
  return checkCase(code, options).flatMap(({ kind, message }) => (kind === rule ? [message] : []))
}

/** A test that nothing can be said against, with `line` in its middle. */
export function caseWith(line: string): string {
  return `
    const res = await request(app).post('/orders').send(validBody);
    ${line}
    expect(res.status).toBe(201)
    expect(res.body).toMatchObject({ userId: 'u1' })`
}

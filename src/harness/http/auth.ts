import { createHmac } from 'node:crypto'

const HOUR_S = 3600

type Headers = Readonly<Record<string, string>>

/** The part of a supertest response that signing in looks at. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
}

export interface Auth {
  /**
   * A token as the app's own login would make it, signed by HS256 with the secret that the app reads. It is valid for an
   * hour by the test's clock; `claims` may say otherwise, e.g. `exp` in seconds.
   */
  bearer(options: { secret: string | undefined; claims: Readonly<Record<string, unknown>> }): Headers
  /** The same token in a cookie: `auth.tokenCookie('access_token', { secret, claims })`. */
  tokenCookie(name: string, options: { secret: string | undefined; claims: Readonly<Record<string, unknown>> }): Headers
  /** `apiKey('x-api-key', process.env.API_KEY)` */
  apiKey(header: string, value: string | undefined): Headers
  /**
   * Signs a supertest agent in through the app's own route, and returns the agent, which keeps the cookie from then on.
   * Rejects when the app lets it in without a cookie, or not at all.
   */
  cookieSession<Agent>(agent: Agent, signIn: (agent: Agent) => PromiseLike<Answer>): Promise<Agent>
  /** The cookies that the app has set in these answers, for requests without an agent; throws where one is a refusal. */
  cookies(...answers: readonly Answer[]): Headers
  /** The header of a double submit: what the app has set as a cookie in this answer. The agent keeps the cookie. */
  csrf(answer: Answer, names?: { cookie?: string; header?: string }): Headers
}

/** What a request needs to be let in: `request(app).get('/me').set(auth.bearer({ secret, claims: { sub: 'ada' } }))`. */
export const auth: Auth = {
  bearer: (options) => ({ Authorization: `Bearer ${sign(options)}` }),
  tokenCookie: (name, options) => ({ Cookie: `${name}=${sign(options)}` }),
  apiKey: (header, value) => ({ [header]: demand(value, `the value of ${header}`) }),
  cookieSession: async (agent, signIn) => {
    demandCookies(await signIn(agent))
    return agent
  },
  cookies: (...answers) => {
    const jar = new Map(answers.flatMap((answer) => [...demandCookies(answer)]))
    return { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }
  },
  csrf: (answer, { cookie = 'XSRF-TOKEN', header = 'X-XSRF-TOKEN' } = {}) => {
    const cookies = readCookies(answer)
    const token = cookies.get(cookie)
    if (token !== undefined) return { [header]: decodeURIComponent(token) }
    throw new Error(`Expected the cookie ${cookie} in the answer, found ${[...cookies.keys()].join(', ') || 'none'}.`)
  },
}

function sign({ secret, claims }: Parameters<Auth['bearer']>[0]): string {
  const now = Math.floor(Date.now() / 1000)
  const payload = { iat: now, exp: now + HOUR_S, ...claims }
  const signed = [{ alg: 'HS256', typ: 'JWT' }, payload].map(encode).join('.')
  const signature = createHmac('sha256', demand(secret, 'the secret')).update(signed).digest('base64url')
  return `${signed}.${signature}`
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function demand(value: string | undefined, what: string): string {
  if (value) return value
  throw new Error(`Expected ${what}, found nothing: which variable does the app read, and is it set in .env.test?`)
}

function demandCookies(answer: Answer): Map<string, string> {
  const { status } = answer
  if (status >= 400) throw new Error(`Expected to be signed in, but the app answered ${status}.`)
  const cookies = readCookies(answer)
  if (cookies.size === 0)
    throw new Error(`Expected a cookie of the session, but the app answered ${status} without one.`)
  return cookies
}

/** As they were sent, which is how they go back; those that are taken away again are empty. */
function readCookies({ headers }: Answer): Map<string, string> {
  const lines = [headers['set-cookie'] ?? []].flat().map(String)
  return new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([^=;]*)=?([^;]*)/.exec(line) ?? []
      return [name.trim(), value]
    }),
  )
}

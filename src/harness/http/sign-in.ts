import type request from 'supertest'
import type { SignInContext } from '../../config/define-config.ts'
import { getState } from '../state.ts'

type App = Parameters<typeof request>[0]
type Headers = Readonly<Record<string, string>>

/**
 * Headers that let a request in, as `auth.signIn` of the user's config makes them:
 * `request(app).get('/me').set(await signIn(app, { role: 'admin' }))`. `as` is for that function alone to understand.
 */
export type SignInTo = (app: App, as?: Readonly<Record<string, unknown>>) => Promise<Headers>

export function openSignIn(parts: Pick<SignInContext, 'db' | 'factory'>): SignInTo {
  return async (app, as = {}) => {
    const { config } = getState()
    const signIn = await findSignIn(config)
    const { default: supertest } = await import('supertest')
    const headers: unknown = await signIn({ ...parts, request: supertest.agent(app), as })
    if (isHeaders(headers)) return headers
    throw new Error(`Expected auth.signIn of ${config} to return headers, each of them a text.`)
  }
}

/** A function can't be handed from process to process, so the config is imported here, as any module of the project. */
async function findSignIn(file: string | null): Promise<(context: SignInContext) => unknown> {
  const module: unknown = file === null ? null : await import(file)
  const signIn = readAt(module, ['default', 'auth', 'signIn'])
  if (typeof signIn === 'function') return (context) => Reflect.apply(signIn, null, [context])
  throw new Error(`signIn needs auth: { signIn } in ${file ?? 'itest.config.ts, which this project does not have'}.`)
}

function readAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const key of path) found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined
  return found
}

function isHeaders(value: unknown): value is Headers {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && Object.values(value).every((header) => typeof header === 'string')
}

import type request from 'supertest'
import type { Factory } from '../harness/database/factory.ts'
import type { TestDatabase } from '../harness/database/test-database.ts'

export { type Auth, auth } from '../harness/http/auth.ts'

/** Everything in one place; each key may be left out, and an option of the command line wins over it. */
export interface ItestConfig {
  /** The file that makes or starts the Express app, relative to the project, as `--app`. */
  readonly app?: string | undefined
  /** Variables that the app has in tests. They win over `.env.test`, and over what itest would invent. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly database?:
    | {
        /** As `--database`. */
        readonly engine?: 'auto' | 'postgres' | 'pglite' | undefined
        /** As `--database-url`: a Postgres server of yours, on which only databases named `itest_*` are made. */
        readonly url?: string | undefined
      }
    | undefined
  readonly tests?:
    | {
        /** As `--out`, relative to the project; `tests/integration` if left out. */
        readonly folder?: string | undefined
        /** The file's name in it, made of `{method}` and `{path}`; `{method}-{path}.test.ts` if left out. */
        readonly file?: string | undefined
      }
    | undefined
  /** Paths that get no test. */
  readonly skip?: readonly SkipRule[] | undefined
  /** As `--model`. */
  readonly model?: string | undefined
  /** As `--effort`. */
  readonly effort?: 'low' | 'medium' | 'high' | 'max' | undefined
  /** As `--max-tokens`. */
  readonly maxTokens?: number | undefined
  /** As `--prompt-budget`; 30,000 if left out. */
  readonly promptBudget?: number | undefined
  /** As `--strip-comments`: comments of the code are not sent to a model. */
  readonly stripComments?: boolean | undefined
  readonly auth?: { readonly signIn: SignIn } | undefined
}

export interface SkipRule {
  /** As `itest routes` prints it, e.g. `POST /orders`. */
  readonly route: string
  /** The id of a path as `itest plan` prints it; `*` stands for anything, as in `validation.*`. */
  readonly path: string
  /** For whoever reads the report. */
  readonly reason: string
}

/** How a test is let in: the headers for its request. Called in the test's process, by `signIn` of `itest-gen`. */
export type SignIn = (context: SignInContext) => Headers | PromiseLike<Headers>

type Headers = Readonly<Record<string, string>>

export interface SignInContext {
  /** A supertest agent for the app, which keeps its cookies: `await request.post('/login').send({ ... })`. */
  readonly request: ReturnType<typeof request.agent>
  readonly db: TestDatabase
  readonly factory: Factory
  /** What the test passed: `signIn(app, { role: 'admin' })`; an empty object if nothing. */
  readonly as: Readonly<Record<string, unknown>>
}

/** For types and completion: `export default defineConfig({ ... })`. */
export function defineConfig(config: ItestConfig): ItestConfig {
  return config
}

import path from 'node:path'
import { UserError } from '../errors.ts'
import type { RouteArgument } from '../options.ts'
import type { World } from '../pipeline.ts'
import type { JudgedTest, Kill } from './judge.ts'
import { buildProof } from './prove-report.ts'
import { type RouteOptions, type TriedRoute, tryRoute } from './try-route.ts'
import { keyOf, type TestName } from './types.ts'

/** What bugs put into a route have shown of one test. */
export type TestProof =
  /** At least so many of those it runs: a test that has been red is not asked when another one is red first. */
  | { readonly status: 'killed'; readonly killed: number; readonly reached: number; readonly first: string }
  /** It was asked about each of them; `reached` is not 0. */
  | { readonly status: 'survived'; readonly reached: number }
  | { readonly status: 'unknown'; readonly reason: string }

export interface ProvenTest extends TestName {
  readonly proof: TestProof
  /** How it was red with the first bug; null: with none. */
  readonly kill: Kill | null
  /** Why prove calls it vacuous, whatever it kills. */
  readonly vacuous: string | null
}

/** Asks of each of these tests, green as the app is, what bug in the route it notices. Where nothing can be measured it says why. */
export async function proveTests(
  route: RouteArgument,
  { tests, options }: { readonly tests: readonly TestName[]; readonly options: RouteOptions },
  world: World,
): Promise<readonly ProvenTest[]> {
  const files = [...new Set(tests.map(({ file }) => file))].map((file) => path.join(options.root, file))
  try {
    const tried = await tryRoute(
      route,
      { trials: { tests: () => files, only: tests, asking: 'until-red' }, options },
      world,
    )
    const describe = describeWith(tried, tests)
    return tests.map(describe)
  } catch (error) {
    // What keeps prove from running says nothing about a test.
    if (!(error instanceof UserError) || world.signal.aborted) throw error
    const proof = { status: 'unknown', reason: error.message } as const
    return tests.map(({ file, name }) => ({ file, name, proof, kill: null, vacuous: null }))
  }
}

function describeWith(tried: TriedRoute, asked: readonly TestName[]): (test: TestName) => ProvenTest {
  const names = new Set(asked.map(keyOf))
  const { baseline } = tried.told
  const own = baseline.tests.filter((test) => names.has(keyOf(test)))
  // Whatever only other tests reach is no survivor of these.
  const { mutants, tests } = buildProof({
    ...tried,
    told: { ...tried.told, baseline: { ...baseline, tests: own } },
    minScore: null,
  })
  const counted = new Set(
    mutants.flatMap(({ id, status }) => (status === 'invalid' || status === 'equivalent' ? [] : [id])),
  )
  return ({ file, name }) => {
    const test = tests.find((one) => keyOf(one) === keyOf({ file, name }))
    const reached = own.find((one) => keyOf(one) === keyOf({ file, name }))?.reached ?? []
    const first = mutants.find(({ id }) => id === test?.kills[0])
    const kill = first?.killedBy.find((one) => keyOf(one) === keyOf({ file, name })) ?? null
    const words = first && `${first.file}:${first.line} ${first.change}`
    const proof = judge(test, { first: words, reached: reached.filter((id) => counted.has(id)).length })
    return { file, name, proof, kill, vacuous: test?.vacuous ?? null }
  }
}

function judge(
  test: JudgedTest | undefined,
  { first, reached }: { readonly first: string | undefined; readonly reached: number },
): TestProof {
  if (!test) return { status: 'unknown', reason: 'it did not run where the bugs are tried' }
  if (test.now !== 'green')
    return { status: 'unknown', reason: `it is ${test.now} where the bugs are tried: ${test.reason}` }
  if (first !== undefined) return { status: 'killed', killed: test.kills.length, reached, first }
  if (reached > 0) return { status: 'survived', reached }
  return { status: 'unknown', reason: 'it runs no code of the route that a bug can be put into' }
}

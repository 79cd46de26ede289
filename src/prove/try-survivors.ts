import path from 'node:path'
import { UserError } from '../errors.ts'
import type { Engine } from '../harness/engine/engine.ts'
import type { GenOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import type { PlannedRoute } from '../plan-for.ts'
import { listMutants } from './find-survivors.ts'
import { judgeMutants } from './prove-report.ts'
import { tryMutants } from './try-mutants.ts'
import type { Mutant } from './types.ts'

/** What the tests of a file say of a bug that none noticed before. */
export interface BugProof {
  /** Of the path. */
  readonly pathId: string
  /** The full names of all that were red with it three times, and green without it in between. */
  readonly noticedBy: readonly string[]
  /** Why nothing can be said; null: it was tried. */
  readonly note: string | null
}

/** Runs the generated tests of a route against each bug that its plan has a path for. */
export async function trySurvivors(
  { plan, read, vocabulary }: PlannedRoute,
  { engine, options }: { readonly engine: Engine; readonly options: GenOptions },
  world: World,
): Promise<readonly BugProof[]> {
  const paths = plan.paths.flatMap((one) => (one.status === 'open' && one.bug ? [{ id: one.id, bug: one.bug }] : []))
  if (paths.length === 0) return []
  const { root } = options
  const { byId, texts } = await listMutants(root, read.dossier)
  const mutants = paths.flatMap(({ bug }) => byId.get(bug.id) ?? [])
  world.progress(`running the tests with ${mutants.length} bugs that none noticed before`)
  try {
    const told = await tryMutants({
      root,
      route: plan.route,
      tests: [path.join(root, vocabulary.scaffold.file)],
      asking: 'each',
      mutants,
      texts,
      engine,
      settings: { file: options.config, env: options.env },
      signal: world.signal,
      onProgress: () => {},
    })
    const judged = judgeMutants(mutants, told)
    return paths.map(({ id, bug }) => describe(id, byId.get(bug.id), judged))
  } catch (error) {
    // What keeps bugs from being tried says nothing about a test.
    if (!(error instanceof UserError) || world.signal.aborted) throw error
    return paths.map(({ id }) => ({ pathId: id, noticedBy: [], note: error.message }))
  }
}

function describe(pathId: string, mutant: Mutant | undefined, judged: ReturnType<typeof judgeMutants>): BugProof {
  const one = judged.find(({ id }) => id === mutant?.id)
  if (!one) return { pathId, noticedBy: [], note: 'it was not tried' }
  return { pathId, noticedBy: one.killedBy.map(({ name }) => name), note: one.note }
}

import type { RouteName } from '../route-name.ts'
import type { CodeStyle } from './project/code-style.ts'
import { type Answer, throughCache } from './scan-cache.ts'
import type { BrokenFile, Codebase, DatabaseFacts, Dossier } from './types.ts'

export interface ReadOptions {
  /** The file of the app, relative to the root; null: the project is searched. */
  readonly app: string | null
  /** Whether an earlier answer will do. */
  readonly cache: boolean
}

/** One route with what the rest of itest needs to know of its project. */
export interface ReadRoute {
  readonly dossier: Dossier
  readonly database: DatabaseFacts
  readonly style: CodeStyle
  /** Absolute; null when the project has none. */
  readonly tsconfig: string | null
  readonly broken: readonly BrokenFile[]
}

/** Everything that can be said of the project at `root` (absolute) without a run. @throws UserError as `scanProject` */
export async function readCodebase(root: string, options: ReadOptions): Promise<Codebase> {
  return answer(root, { options, text: 'codebase' }, async () => {
    const { scanProject } = await import('./scan.ts')
    const { codebase, files } = scanProject(root, options)
    return { value: codebase, looks: files.disk.looks }
  })
}

/**
 * The dossier of the route that the user named. `whole` reads the app in full even when it is large, for what a run needs:
 * the variables that any of its modules reads at import. @throws UserError when there is no such route
 */
export async function readRoute(
  root: string,
  wanted: RouteName & { readonly whole: boolean },
  options: ReadOptions,
): Promise<ReadRoute> {
  const text = `route ${wanted.method} ${wanted.path}${wanted.whole ? ' whole' : ''}`
  return answer(root, { options, text }, async () => {
    const { scanRoute } = await import('./scan-route.ts')
    return scanRoute(root, wanted, options)
  })
}

function answer<T>(
  root: string,
  { options, text }: { options: ReadOptions; text: string },
  compute: () => Promise<Answer<T>>,
): Promise<T> {
  return options.cache
    ? throughCache({ root, text: `${text} app ${options.app}` }, compute)
    : compute().then(({ value }) => value)
}

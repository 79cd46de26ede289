import { UserError } from '../errors.ts'
import { readCodeStyle } from './code-style.ts'
import { findRoute } from './find-route.ts'
import { assertDrizzle, describeBroken } from './mistakes.ts'
import type { ReadOptions, ReadRoute, RouteName } from './read-project.ts'
import { type Scan, scanProject } from './scan.ts'
import type { Answer } from './scan-cache.ts'
import type { Route } from './types.ts'

/** Reads the project for one route. @throws UserError when there is no such route, or no Drizzle */
export function scanRoute(
  root: string,
  wanted: RouteName & { readonly whole: boolean },
  { app }: Pick<ReadOptions, 'app'>,
): Answer<ReadRoute> {
  const { scan, route } = search(root, wanted, app)
  assertDrizzle(scan.files)
  const dossier = scan.readDossier(route)
  const style = readCodeStyle(scan.files)
  const { database } = scan.codebase
  return {
    value: { dossier, database, style, tsconfig: scan.files.tsconfig, broken: scan.broken },
    looks: scan.files.disk.looks(),
  }
}

/** A route that is not found where its path says it should be may be anywhere. */
function search(
  root: string,
  wanted: RouteName & { readonly whole: boolean },
  app: string | null,
): { scan: Scan; route: Route } {
  const scan = scanProject(root, { app, wanted: wanted.whole ? null : wanted })
  try {
    return { scan, route: findRoute(scan.codebase, wanted) }
  } catch (error) {
    if (scan.isPartial) return search(root, { ...wanted, whole: true }, app)
    // A route that is missing may be in the file that could not be read.
    throw error instanceof UserError && scan.broken[0] ? describeBroken(scan.broken[0]) : error
  }
}

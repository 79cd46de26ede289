import { UserError } from '../errors.ts'
import type { RouteName } from '../route-name.ts'
import { confirmTables } from './confirm-tables/confirm-tables.ts'
import { assertDrizzle, describeBroken } from './mistakes.ts'
import { readCodeStyle } from './project/code-style.ts'
import type { ReadOptions, ReadRoute } from './read-project.ts'
import { findRoute } from './routes/find-route.ts'
import { type Scan, scanProject } from './scan.ts'
import type { Answer } from './scan-cache.ts'
import type { Dossier, Route } from './types.ts'

/** Reads the project for one route. @throws UserError when there is no such route, or no Drizzle */
export async function scanRoute(
  root: string,
  wanted: RouteName & { readonly whole: boolean },
  { app }: Pick<ReadOptions, 'app'>,
): Promise<Answer<ReadRoute>> {
  const { scan, route } = search(root, wanted, app)
  assertDrizzle(scan.files)
  const dossier = await confirmDossier(scan, scan.readDossier(route))
  const style = readCodeStyle(scan.files)
  const { database } = scan.codebase
  return {
    value: { dossier, database, style, tsconfig: scan.files.tsconfig, broken: scan.broken },
    looks: scan.files.disk.looks,
  }
}

/** The dossier with its tables as Drizzle itself has them, where the schema could be run on its own. */
async function confirmDossier({ files, codebase }: Scan, dossier: Dossier): Promise<Dossier> {
  if (dossier.tables.length === 0) return dossier
  const touched = new Set(dossier.tables.map(({ name }) => name))
  // Of a large app some tables came up only when the route was read.
  const known = [...dossier.tables, ...codebase.tables.filter(({ name }) => !touched.has(name))]
  const { results, tables, findings } = await confirmTables(files, { ...codebase, tables: known }, { only: touched })
  return {
    ...dossier,
    tables: tables.filter(({ name }) => touched.has(name)),
    confirmation: results,
    unresolved: [...dossier.unresolved, ...findings.map(({ message, at }) => ({ what: message, text: '', at }))],
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

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Dossier } from '../scan/types.ts'

/** The files of a route that may have mutants: what can't be read, or is of a package, has none. */
export function readTexts(root: string, { route, app, sources }: Dossier): ReadonlyMap<string, string> {
  const named = [route.file, app.file, ...sources.map(({ at }) => at.file), ...route.middleware.map(({ file }) => file)]
  const files = [...new Set(named)].filter(
    (file) => !/(?:^|\/)node_modules\//.test(file) && existsSync(path.join(root, file)),
  )
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]))
}

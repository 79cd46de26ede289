import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Dossier } from '../scan/types.ts'
import { listFiles } from './find-mutants.ts'

/** The files of a route that may have mutants: what can't be read, or is of a package, has none. */
export function readTexts(root: string, dossier: Dossier): ReadonlyMap<string, string> {
  const files = listFiles(dossier).filter(
    (file) => !/(?:^|\/)node_modules\//.test(file) && existsSync(path.join(root, file)),
  )
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]))
}

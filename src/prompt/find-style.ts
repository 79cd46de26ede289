import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { isLeftOut, isTestFile } from '../gate/find-test-files.ts'
import { ledgerPath, parseLedger } from '../ledger.ts'
import { readIfThere } from '../read-if-there.ts'
import { closeness, type RouteName, wordsOf } from './closeness.ts'
import { type Excerpt, excerptTests } from './excerpt-tests.ts'

/** Tests that people of the project wrote, for the looks of new ones. */
export interface StyleReference extends Excerpt {
  /** Relative to the root. */
  readonly file: string
}

// A prompt must not wait for a walk through a repository of any size.
const MOST_FOLDERS = 2000
const MOST_FILES = 60
const LONGEST_BYTES = 200_000

/**
 * The tests by hand that are nearest to the route: those that send requests with supertest before others, and of these
 * the ones of the same route, then of its router; where all of them mock, only titles. Null where there is none. The same files give the same answer.
 */
export function findStyle(root: string, route: RouteName & { readonly file: string }): StyleReference | null {
  const files = listTestFiles(root)
    .filter((file) => file !== route.file)
    .toSorted((a, b) => nameRank(b, route) - nameRank(a, route) || (a < b ? -1 : 1))
    .slice(0, MOST_FILES)
  const read = files.flatMap((file) => {
    const text = readByHand(root, file)
    return text === null ? [] : [{ file, text, rank: rankOf(text, route) }]
  })
  const ranked = read.toSorted((a, b) => b.rank - a.rank)
  return findExcerpt(ranked, route, false) ?? findExcerpt(ranked, route, true)
}

function findExcerpt(
  files: readonly { readonly file: string; readonly text: string }[],
  route: RouteName,
  titlesOnly: boolean,
): StyleReference | null {
  for (const source of files) {
    const excerpt = excerptTests(source, route, titlesOnly)
    if (excerpt) return { file: source.file, ...excerpt }
  }
  return null
}

function rankOf(text: string, route: RouteName): number {
  const asks = /['"]supertest['"]/.test(text) ? 8 : /\.(?:get|post|put|patch|delete)\(\s*['"`]\//.test(text) ? 4 : 0
  return asks + closeness(text, route)
}

/** Only so many are read, so those go first whose name speaks of the route or of requests. */
function nameRank(file: string, { path: asked }: RouteName): number {
  const isNamed = wordsOf(asked).some((word) => file.includes(word) || file.includes(word.replace(/s$/, '')))
  return (isNamed ? 2 : 0) + (/integration|e2e|api|route/.test(file) ? 1 : 0)
}

/** Null for one that itest wrote, that is too long, or that can't be read: then it is no example. */
function readByHand(root: string, file: string): string | null {
  const ledger = readIfThere(path.join(root, ledgerPath(file)))
  if (ledger !== null && parseLedger(ledger)?.route !== null) return null
  try {
    const full = path.join(root, file)
    return statSync(full).size > LONGEST_BYTES ? null : readFileSync(full, 'utf8')
  } catch {
    return null
  }
}

/** Folder by folder, those near the root first; a folder that may not be read, e.g. of a database, has none. */
function listTestFiles(root: string): string[] {
  const found: string[] = []
  const folders = ['.']
  for (let at = 0; at < folders.length && at < MOST_FOLDERS; at += 1) {
    const folder = folders[at] ?? '.'
    for (const entry of listFolder(path.join(root, folder))) {
      const name = path.posix.join(folder, entry.name)
      if (entry.isDirectory() && !isLeftOut(entry.name)) folders.push(name)
      // Tests of components show nothing of how requests are tested.
      else if (entry.isFile() && isTestFile(entry.name) && !/\.[cm]?[jt]sx$/.test(entry.name)) found.push(name)
    }
  }
  return found
}

function listFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

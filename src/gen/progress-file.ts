import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { packageVersion } from '../package-paths.ts'
import type { RoutedResult } from './all.ts'

/** What a run over many routes has done so far, so that another one can go on where it was interrupted. */
export interface ProgressFile {
  /** Of routes that are done, by name. */
  readonly done: ReadonlyMap<string, RoutedResult>
  readonly add: (result: RoutedResult) => void
  /** All is done: the next run begins anew. */
  readonly remove: () => void
}

/** In the user's cache folder, by project; nothing of it belongs into a repository. */
export function openProgressFile(
  root: string,
  { cacheFolder, isResumed }: { readonly cacheFolder: string; readonly isResumed: boolean },
): ProgressFile {
  // Another version may report something else.
  const name = createHash('sha256').update(`${packageVersion()} ${root}`).digest('hex').slice(0, 16)
  const file = path.join(cacheFolder, 'gen-all', `${name}.json`)
  const done = isResumed ? read(file) : new Map<string, RoutedResult>()
  return {
    done,
    add: (result) => {
      done.set(result.route, result)
      write(file, [...done.values()])
    },
    remove: () => rmSync(file, { force: true }),
  }
}

function read(file: string): Map<string, RoutedResult> {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return new Map(Array.isArray(found) ? found.filter(isResult).map((one) => [one.route, one]) : [])
  } catch {
    return new Map()
  }
}

/** Only this program writes there. */
function isResult(found: unknown): found is RoutedResult {
  return typeof found === 'object' && found !== null && 'route' in found && 'exitCode' in found && 'report' in found
}

function write(file: string, content: readonly RoutedResult[]): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(content), { mode: 0o600 })
    renameSync(`${file}.${process.pid}`, file)
  } catch {
    // Then there is nothing to go on from; the replies that were paid for are kept elsewhere.
  }
}

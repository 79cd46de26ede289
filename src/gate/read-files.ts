import path from 'node:path'
import { type Ledger, readLedger } from '../ledger.ts'
import { readIfThere } from '../read-if-there.ts'
import { openProject } from '../scan/project/project.ts'
import { readCodebase } from '../scan/read-project.ts'
import type { Codebase } from '../scan/types.ts'
import { outlineTests, type TestOutline } from '../test-files/outline.ts'
import { listSupport, reach } from './support-files.ts'

/** A test file with what is known of it before a run. */
export interface ReadFile {
  readonly file: string
  /** Null: it is not there. */
  readonly outlines: readonly TestOutline[] | null
  readonly support: readonly string[]
  readonly ledger: Ledger | null
}

/** Reads test files, their ledgers, and what they depend on. @throws UserError for a ledger that can't be read */
export async function readTestFiles(
  root: string,
  names: readonly string[],
  options: { readonly app: string | null; readonly cache: boolean },
): Promise<{ files: readonly ReadFile[]; codebase: Codebase }> {
  const codebase = await readCodebase(root, options)
  const project = openProject(root)
  const entries = codebase.apps.map((app) => path.join(root, app.file))
  const app = reach(project, { entries, except: new Set() })
  const files = names.map((file): ReadFile => {
    const text = readIfThere(path.join(root, file))
    const ledger = readLedger(root, file)
    if (text === null) return { file, outlines: null, support: [], ledger }
    return { file, outlines: outlineTests(file, text), support: listSupport(project, { test: file, app }), ledger }
  })
  return { files, codebase }
}

import { existsSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../errors.ts'
import { writeFiles } from '../save.ts'
import { readTemplate } from '../templates.ts'
import { findConfig, showConfig } from './find-config.ts'

export interface InitReport {
  readonly schema: 'itest.init/1'
  /** Relative to the root. */
  readonly wrote: string
  readonly next: readonly { readonly command: string; readonly why: string }[]
}

const FILE = 'itest.config.ts'

/** Writes a config in which every key is explained and commented out. @throws UserError where there is one already */
export async function initConfig(root: string): Promise<InitReport> {
  if (!existsSync(path.join(root, 'package.json'))) {
    throw new UserError(`no package.json in ${root}, so a config there would be found by nobody`, {
      hint: 'Run `itest init` in the folder of the project, or name it with --root DIR.',
    })
  }
  const existing = findConfig(root)
  if (existing !== null) {
    throw new UserError(`${showConfig(root, existing)} exists; it was left as it is`, {
      hint: 'Edit it; `itest doctor` says what is read from it. Or rename it, and run `itest init` again.',
    })
  }
  writeFiles(root, [{ file: FILE, text: await readTemplate(`${FILE}.template`) }])
  return {
    schema: 'itest.init/1',
    wrote: FILE,
    next: [
      { command: 'itest doctor', why: 'what is found without any setting' },
      { command: 'itest gen POST /orders', why: 'tests of a route' },
    ],
  }
}

import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../errors.ts'
import { NO_SETTINGS, type Settings } from './settings.ts'

const CONFIG_FILES = ['ts', 'mts', 'js', 'mjs'].map((extension) => `itest.config.${extension}`)

/**
 * The settings of the project at `root` (absolute). `wanted`: another file than the one that is found by its name,
 * relative to the root. A project without a config pays nothing for it. @throws UserError as `loadConfig`
 */
export async function readSettings(root: string, wanted: string | null): Promise<Settings> {
  const file = wanted === null ? findConfig(root) : nameConfig(root, wanted)
  if (file === null) return NO_SETTINGS
  const { loadConfig } = await import('./load-config.ts')
  return loadConfig(root, file)
}

/** As a person names it. */
export function showConfig(root: string, file: string): string {
  const relative = path.relative(root, file)
  return relative.startsWith('..') ? file : relative.split(path.sep).join('/')
}

/** The config of the project; null when it has none. @throws UserError when it has several */
export function findConfig(root: string): string | null {
  const [found, another] = CONFIG_FILES.filter((name) => existsSync(path.join(root, name)))
  if (found === undefined) return null
  if (another === undefined) return path.join(root, found)
  throw new UserError(`expected one config, found ${found} and ${another}`, {
    hint: 'Delete one of them, or name the one to use with --config FILE.',
  })
}

function nameConfig(root: string, wanted: string): string {
  const file = path.resolve(root, wanted)
  assertFile(file, `--config ${wanted}: expected a file`)
  return file
}

/** @throws UserError unless it is one */
export function assertFile(file: string, expected: string): void {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats?.isFile()) return
  throw new UserError(`${expected}, found ${stats ? 'a folder' : 'nothing'} at ${file}`, {
    hint: 'Name it relative to the folder of the project.',
  })
}

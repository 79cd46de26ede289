import fs from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SAMPLE_FILES, TEST_FILES } from '../../scan/models/environment-files.ts'

const SHARED = new Set([...TEST_FILES, ...SAMPLE_FILES])

/**
 * What a developer keeps in `.env` is no business of a test, and would make it pass on one machine only: the file is there
 * and empty. `.env.test` and samples are read as they are.
 */
export function hideEnvironmentFiles(): void {
  const { readFileSync, readFile, existsSync, promises } = fs
  const { readFile: readPromised } = promises
  Reflect.set(fs, 'readFileSync', (file: unknown, ...rest: unknown[]) =>
    isHidden(file) ? nothing(rest) : Reflect.apply(readFileSync, fs, [file, ...rest]),
  )
  Reflect.set(fs, 'readFile', (file: unknown, ...rest: unknown[]) => {
    const callback = rest.at(-1)
    if (!isHidden(file) || typeof callback !== 'function') return Reflect.apply(readFile, fs, [file, ...rest])
    process.nextTick(callback, null, nothing(rest.slice(0, -1)))
  })
  Reflect.set(promises, 'readFile', async (file: unknown, ...rest: unknown[]) =>
    isHidden(file) ? nothing(rest) : Reflect.apply(readPromised, promises, [file, ...rest]),
  )
  Reflect.set(fs, 'existsSync', (file: unknown) => isHidden(file) || Reflect.apply(existsSync, fs, [file]))
  const loadEnvFile: unknown = Reflect.get(process, 'loadEnvFile')
  if (typeof loadEnvFile !== 'function') return
  Reflect.set(process, 'loadEnvFile', (file: unknown = '.env') =>
    isHidden(file) ? undefined : Reflect.apply(loadEnvFile, process, [file]),
  )
}

function isHidden(file: unknown): boolean {
  const path = file instanceof URL && file.protocol === 'file:' ? fileURLToPath(file) : file
  if (typeof path !== 'string') return false
  const name = basename(path)
  return /^\.env(?:\.|$)/.test(name) && !SHARED.has(name)
}

/** As text where an encoding is named, else as bytes. */
function nothing([options]: unknown[]): string | Buffer {
  const encoding: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'encoding') : options
  return encoding ? '' : Buffer.alloc(0)
}

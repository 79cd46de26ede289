import fs from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// Linux shows the environment and the memory of a user's processes to all of that user's processes: the key that the
// parent was started with stands there.
const SECRETS = /^\/proc\/\d+\/(?:.*\/)?(?:environ|mem|root|cwd|fd)(?:\/|$)/

// What holds those: a copy of a folder may leave out what would make it fail.
const HOLDERS = /^\/(?:proc(?:\/\d+(?:\/.*)?)?)?$/

const READERS = ['open', 'openSync', 'openAsBlob', 'readFile', 'readFileSync', 'copyFile', 'copyFileSync']
const PROMISED_READERS = ['open', 'readFile', 'copyFile']

/** Environments of other processes can't be read. */
export function guardFiles(blocked: (what: string) => void): void {
  if (process.platform !== 'linux') return
  for (const name of READERS) guardReader(fs, name, blocked)
  for (const name of PROMISED_READERS) guardReader(fs.promises, name, blocked)
  for (const name of ['cp', 'cpSync']) guardReader(fs, name, blocked, HOLDERS)
  guardReader(fs.promises, 'cp', blocked, HOLDERS)
  guardReader(process, 'loadEnvFile', blocked)
}

/** What no test may read of the file; null for nothing. A symbolic link could hide what it leads to. */
export function findSecret(file: unknown, secrets = SECRETS): string | null {
  const path = readPath(file)
  if (path === null) return null
  return [path, readTrueName(path)].find((name) => secrets.test(name)) ?? null
}

function guardReader(owner: object, name: string, blocked: (what: string) => void, secrets = SECRETS): void {
  const read: unknown = Reflect.get(owner, name)
  if (typeof read !== 'function') return
  const guarded = (file: unknown, ...rest: unknown[]): unknown => {
    const path = findSecret(file, secrets)
    if (path === null) return Reflect.apply(read, owner, [file, ...rest])
    blocked(`read ${path}`)
    const message = `EACCES: permission denied, ${name} '${path}' (itest lets no test read it)`
    throw Object.assign(new Error(message), { code: 'EACCES', syscall: name, path })
  }
  Reflect.set(owner, name, Object.assign(guarded, read))
}

function readPath(file: unknown): string | null {
  if (file instanceof URL) return file.protocol === 'file:' ? fileURLToPath(file) : null
  return typeof file === 'string' || Buffer.isBuffer(file) ? resolve(String(file)) : null
}

function readTrueName(path: string): string {
  try {
    return fs.realpathSync.native(path)
  } catch {
    return path
  }
}

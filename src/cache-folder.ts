import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Path of a cached file or folder, made by `build` when it is missing; null when the cache can't be written. Two
 * processes may build at once: each builds under its own name and the first rename wins.
 */
export async function cached(name: string, build: (target: string) => Promise<void>): Promise<string | null> {
  const folder = cacheFolder()
  const target = join(folder, name)
  if (existsSync(target)) return target
  try {
    mkdirSync(folder, { recursive: true })
    return await buildApart(target, build)
  } catch (error) {
    if (isReadOnly(error)) return null
    throw error
  }
}

async function buildApart(target: string, build: (target: string) => Promise<void>): Promise<string> {
  const draft = `${target}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    await build(draft)
    rename(draft, target)
    return target
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** The user's folder for what can be made again, by the rules of the system. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const base =
    environment.XDG_CACHE_HOME ??
    (process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : null) ??
    (process.platform === 'win32' ? environment.LOCALAPPDATA : null) ??
    join(homedir(), '.cache')
  return join(base, 'itest-gen')
}

function rename(draft: string, target: string): void {
  try {
    renameSync(draft, target)
  } catch (error) {
    if (!existsSync(target)) throw error
  }
}

function isReadOnly(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === 'EACCES' || code === 'EROFS' || code === 'ENOSPC' || code === 'EPERM' || code === 'ENOTDIR'
}

import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SystemUser } from './system-user.ts'

/** Not `cpSync`: what it writes (through copy_file_range) takes a second to delete on ext4, this a few milliseconds. */
export function copyFolder(source: string, target: string, user: SystemUser | null): void {
  mkdirSync(target, { mode: 0o700 })
  if (user) chownSync(target, user.uid, user.gid)
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const to = join(target, entry.name)
    if (entry.isDirectory()) {
      copyFolder(join(source, entry.name), to, user)
      continue
    }
    writeFileSync(to, readFileSync(join(source, entry.name)), { mode: 0o600 })
    if (user) chownSync(to, user.uid, user.gid)
  }
}

import { execFileSync } from 'node:child_process'

export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/** A user of this machine; null when there is none of that name. */
export function readSystemUser(name: string): SystemUser | null {
  try {
    const read = (flag: string) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid: read('-u'), gid: read('-g') }
  } catch {
    return null
  }
}

import { execFileSync } from 'node:child_process'

export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/** A user of this machine; null when there is none of that name. */
export function readSystemUser(name: string): SystemUser | null {
  try {
    const said = execFileSync('id', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const [, uid, gid] = /^uid=(\d+).*? gid=(\d+)/.exec(said) ?? []
    return uid === undefined ? null : { uid: Number(uid), gid: Number(gid) }
  } catch {
    return null
  }
}

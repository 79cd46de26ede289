import os from 'node:os'

/** The home that the environment names, not the one that the system knows: what lies in that is the developer's. */
export function guardHome(): void {
  const { userInfo } = os
  Reflect.set(os, 'userInfo', (...args: unknown[]) => ({
    ...Object(Reflect.apply(userInfo, os, args)),
    homedir: os.homedir(),
  }))
}

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'

export interface VitestPackage {
  readonly version: string
  /** URL of `vitest/node`. */
  readonly node: string
  /** Whether it is the project's, and not the one that came with this package. */
  readonly isOwn: boolean
}

const OLDEST = { major: 3, minor: 2 }

/** The project's own Vitest when it is recent enough, else the one that came with this package. */
export function findVitest(root: string): VitestPackage {
  const own = locate(pathToFileURL(join(root, 'package.json')).href)
  if (own && isRecent(own.version)) return { ...own, isOwn: true }
  const ours = locate(import.meta.url)
  if (ours) return { ...ours, isOwn: false }
  throw new Error('Expected Vitest 3.2 or later in the project or beside itest-gen, found none.')
}

function locate(from: string): Omit<VitestPackage, 'isOwn'> | null {
  try {
    const manifest = createRequire(from).resolve('vitest/package.json')
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8')))
    return { version, node: pathToFileURL(join(dirname(manifest), 'dist', 'node.js')).href }
  } catch {
    return null
  }
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)
}

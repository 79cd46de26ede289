import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { findVitest } from '../run/find-vitest.ts'
import type { Check } from './types.ts'

const OLDEST_NODE = [20, 19] as const
const OLDEST_DRIZZLE = [0, 29] as const

export function checkNode(version: string): Check {
  const isRecent = isAtLeast(version, OLDEST_NODE)
  return {
    name: 'Node',
    status: isRecent ? 'ok' : 'problem',
    found: version,
    todo: isRecent ? null : `Install Node ${OLDEST_NODE.join('.')} or newer.`,
  }
}

/** The Vitest that `itest gen` runs tests with, which need not be the project's. */
export function checkVitest(root: string): Check {
  const own = versionOf(root, 'vitest')
  const { version, isOwn } = findVitest(root)
  if (isOwn) return { name: 'Vitest', status: 'ok', found: `${version}, the project's`, todo: null }
  const why = own === null ? 'the project has none' : `the project's ${own} is too old`
  return {
    name: 'Vitest',
    status: 'warning',
    found: `${version}, that of itest, because ${why}`,
    todo: 'For plain `vitest run`: npm install -D vitest@latest itest-gen supertest',
  }
}

export function checkExpress(folder: string): Check {
  const version = versionOf(folder, 'express')
  if (version !== null) return { name: 'Express', status: 'ok', found: version, todo: null }
  return { name: 'Express', status: 'problem', found: 'not installed', todo: 'Run `npm install` in the project.' }
}

export function checkDrizzle(folder: string): Check {
  const version = versionOf(folder, 'drizzle-orm')
  if (version === null)
    return { name: 'Drizzle', status: 'problem', found: 'not installed', todo: 'Run `npm install` in the project.' }
  const kit = versionOf(folder, 'drizzle-kit')
  const found = `drizzle-orm ${version}, ${kit === null ? 'no drizzle-kit' : `drizzle-kit ${kit}`}`
  if (isAtLeast(version, OLDEST_DRIZZLE)) return { name: 'Drizzle', status: 'ok', found, todo: null }
  const todo = `Upgrade it: npm install drizzle-orm@latest (itest runs tests with ${OLDEST_DRIZZLE.join('.')} or newer).`
  return { name: 'Drizzle', status: 'problem', found, todo }
}

/** The installed version of a package as code in the folder gets it; null when there is none. */
function versionOf(folder: string, name: string): string | null {
  const places = createRequire(path.join(folder, 'any.js')).resolve.paths(name) ?? []
  for (const place of places) {
    const manifest = readText(path.join(place, name, 'package.json'))
    if (manifest === null) continue
    return /"version":\s*"([^"]+)"/.exec(manifest)?.[1] ?? null
  }
  return null
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function isAtLeast(version: string, [wantedMajor, wantedMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

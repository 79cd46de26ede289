import path from 'node:path'
import { readIfThere } from '../read-if-there.ts'
import { outlineTests, type TestOutline } from '../test-files/outline.ts'
import type { Culprit } from './types.ts'

export type Locate = (file: string, key: string) => Culprit

/** Where tests stand, by the keys of their outcomes. */
export function createLocator(root: string): Locate {
  const known = new Map<string, readonly TestOutline[]>()
  return (file, key) => {
    const outlines = known.get(file) ?? outlineTests(file, readIfThere(path.join(root, file)) ?? '')
    known.set(file, outlines)
    const name = nameOf(key)
    const found = outlines.filter((outline) => outline.exactName === name || outline.name.test(name))
    const exact = found.filter(({ exactName }) => exactName === name)
    const [first] = exact.length > 0 ? exact : found
    return { file, name, line: first?.line ?? null }
  }
}

/** The full name of a test, without the number that tells those of one name apart. */
export function nameOf(key: string): string {
  return key.slice(0, key.lastIndexOf('\n'))
}

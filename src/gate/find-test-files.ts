import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../errors.ts'

/** As Vitest itself finds them. */
const TEST_FILE = /\.(?:test|spec)\.[cm]?[jt]sx?$/
const LEFT_OUT = new Set(['node_modules', 'dist', 'build', 'coverage'])

/** Every test file below a folder, relative to the root with forward slashes, sorted. */
export function findTestFiles(root: string, folder = '.'): string[] {
  const found: string[] = []
  const visit = (inside: string): void => {
    for (const entry of readdirSync(path.join(root, inside), { withFileTypes: true })) {
      const name = path.posix.join(inside, entry.name)
      if (entry.isDirectory()) {
        if (!isLeftOut(entry.name)) visit(name)
      } else if (isTestFile(entry.name)) found.push(name)
    }
  }
  visit(folder)
  return found.sort()
}

export function isTestFile(name: string): boolean {
  return TEST_FILE.test(name)
}

/** Of a folder, by its own name: no test of the project is in there. */
export function isLeftOut(name: string): boolean {
  return LEFT_OUT.has(name) || name.startsWith('.')
}

/** Files and folders that the user named, relative to the folder the command runs in. @throws UserError */
export function namedTestFiles(root: string, words: readonly string[], cwd: string): string[] {
  const found = words.flatMap((word) => {
    const name = relativeTo(root, word, cwd)
    const there = statSync(path.join(root, name), { throwIfNoEntry: false })
    if (there?.isFile()) return [name]
    const inside = there?.isDirectory() ? findTestFiles(root, name) : []
    if (inside.length > 0) return inside
    throw new UserError(`${word}: expected a test file, found ${there ? 'a folder without one' : 'nothing'}`, {
      hint: 'Name files (tests/orders.test.ts), a folder with tests in it, or a route ("POST /orders").',
    })
  })
  return [...new Set(found)]
}

/** As seen from where the command runs, else from the root. */
function relativeTo(root: string, word: string, cwd: string): string {
  const full = [path.resolve(cwd, word), path.resolve(root, word)]
  const there = full.find((file) => statSync(file, { throwIfNoEntry: false })) ?? full[0] ?? word
  const name = path.relative(root, there).split(path.sep).join('/') || '.'
  if (!name.startsWith('../') && !path.isAbsolute(name)) return name
  throw new UserError(`${word}: expected a test file inside the project, found one outside of ${root}`, {
    hint: 'Name the folder of its project with --root.',
  })
}

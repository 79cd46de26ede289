import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** What a run of itest adds to a fixture; a copy begins without it. */
const GENERATED = ['node_modules', 'tests', '.itest', 'vitest.config.ts']

export interface FixtureCopy {
  readonly root: string
  read(file: string): string
  write(file: string, text: string): void
  /** Replaces text of a file, which must be there exactly once. */
  patch(file: string, from: string, to: string): void
  /** Every file and folder but node_modules; files with their content. */
  list(): Record<string, string>
  remove(): void
}

/** A fixture app in a temporary folder, as it was before itest came, with the packages of this repository. */
export function copyFixture(name: string, options: { withoutPackages?: readonly string[] } = {}): FixtureCopy {
  const root = mkdtempSync(path.join(tmpdir(), `itest-copy-${name}-`))
  const fixture = path.join(repository, 'fixtures', name)
  for (const entry of readdirSync(fixture)) {
    if (!GENERATED.includes(entry)) cpSync(path.join(fixture, entry), path.join(root, entry), { recursive: true })
  }
  linkPackages(root, options.withoutPackages ?? [])
  // As root the database runs as another user, who must be able to pass through.
  chmodSync(root, 0o755)
  return {
    root,
    read: (file) => readFileSync(path.join(root, file), 'utf8'),
    write: (file, text) => writeInto(root, file, text),
    patch: (file, from, to) => patch(path.join(root, file), from, to),
    list: () => listFiles(root),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/**
 * One link per package, so that caches which tools keep in node_modules land in the copy. `ITEST_TEST_MODULES` names a
 * folder of packages that go before ours: another Vitest.
 */
function linkPackages(root: string, without: readonly string[]): void {
  const folder = path.join(root, 'node_modules')
  mkdirSync(folder)
  for (const source of [process.env.ITEST_TEST_MODULES, path.join(repository, 'node_modules')]) {
    for (const name of source === undefined ? [] : readdirSync(source)) {
      if ((name.startsWith('.') && name !== '.bin') || without.includes(name)) continue
      if (!existsSync(path.join(folder, name))) symlinkSync(path.join(source ?? '', name), path.join(folder, name))
    }
  }
}

function writeInto(root: string, file: string, text: string): void {
  const full = path.join(root, file)
  mkdirSync(path.dirname(full), { recursive: true })
  writeFileSync(full, text)
}

function patch(full: string, from: string, to: string): void {
  const parts = readFileSync(full, 'utf8').split(from)
  if (parts.length !== 2) throw new Error(`expected ${full} to hold "${from}" once, found it ${parts.length - 1} times`)
  writeFileSync(full, parts.join(to))
}

function listFiles(root: string, folder = ''): Record<string, string> {
  const found: Record<string, string> = {}
  if (!existsSync(path.join(root, folder))) return found
  for (const entry of readdirSync(path.join(root, folder)).sort()) {
    const file = path.posix.join(folder, entry)
    if (file === 'node_modules') continue
    if (lstatSync(path.join(root, file)).isDirectory())
      Object.assign(found, { [`${file}/`]: '' }, listFiles(root, file))
    else found[file] = readFileSync(path.join(root, file), 'utf8')
  }
  return found
}

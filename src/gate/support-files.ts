import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ProjectFiles } from '../scan/project/project.ts'
import { parseText, ts } from '../scan/syntax/syntax.ts'
import { canonicalFile, shortHash } from '../test-files/canonical.ts'

/**
 * What a test depends on beside its own file and the app: helpers, set-up files, configuration, recorded snapshots; as
 * `hash file`. The app is everything that its entries import; it may change, that is what the test is for.
 */
export function listSupport(files: ProjectFiles, { test, app }: { test: string; app: ReadonlySet<string> }): string[] {
  const { root } = files
  const absolute = path.join(root, test)
  const settings = SETTINGS.map((name) => path.join(root, name)).filter((file) => existsSync(file))
  const named = settings.flatMap((file) => filesNamedIn(files, file))
  const reached = reach(files, { entries: [...settings, ...named, absolute], except: app })
  const snapshot = path.join(path.dirname(absolute), '__snapshots__', `${path.basename(absolute)}.snap`)
  const support = [...reached, ...(existsSync(snapshot) ? [snapshot] : [])].filter((file) => file !== absolute)
  return [...new Set(support)]
    .filter((file) => settings.includes(file) || named.includes(file) || file === snapshot || isForTests(root, file))
    .map((file) => `${hashFile(file)} ${path.relative(root, file).split(path.sep).join('/')}`)
    .sort((a, b) => (a.slice(13) < b.slice(13) ? -1 : 1))
}

/** Every file that the entries import, through each other; those of `except` are not looked into. */
export function reach(
  files: ProjectFiles,
  { entries, except }: { entries: readonly string[]; except: ReadonlySet<string> },
): Set<string> {
  const found = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file) || except.has(file) || file.includes('/node_modules/')) continue
    found.add(file)
    for (const specifier of importsOf(file)) {
      const imported = files.resolve(specifier, file)
      if (imported) waiting.push(imported.file)
    }
  }
  return found
}

const CODE = /\.[cm]?[jt]sx?$/
const SETTINGS = [
  ...['vitest.config', 'vite.config', 'vitest.workspace', 'vitest.setup', 'itest.config'].flatMap((name) =>
    ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json'].map((extension) => `${name}.${extension}`),
  ),
  '.env.test',
]

/** Code that lives among tests. A module of the app that nothing imports yet is none. */
function isForTests(root: string, file: string): boolean {
  return FOR_TESTS.test(path.relative(root, file))
}

const FOR_TESTS =
  /(?:^|[/._-])(?:tests?|specs?|__tests__|__mocks__|__fixtures__|e2e|integration|fixtures?|mocks?|helpers?|factor(?:y|ies)|setup|support|testing)(?:[/._-]|$)/i

function importsOf(file: string): string[] {
  if (!CODE.test(file) || !existsSync(file)) return []
  return ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles.map(({ fileName }) => fileName)
}

/** `setupFiles: ['./test/setup.ts']`: what a configuration names is part of it. */
function filesNamedIn(files: ProjectFiles, file: string): string[] {
  if (!CODE.test(file)) return []
  const { tree } = parseText(file, readFileSync(file, 'utf8'))
  const named: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && /^[./\w@-]+$/.test(node.text)) {
      const found = files.resolve(node.text.startsWith('.') ? node.text : `./${node.text}`, file)
      if (found && CODE.test(found.file) && !found.file.includes('/node_modules/')) named.push(found.file)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return named
}

function hashFile(file: string): string {
  const text = readFileSync(file, 'utf8')
  return shortHash(CODE.test(file) ? canonicalFile(parseText(file, text).tree) : text)
}

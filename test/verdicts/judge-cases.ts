import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JudgedTest } from '../../src/judge/types.ts'
import { judgeFiles } from '../../src/judge-files.ts'
import type { LabelledFile } from './case.ts'

const repository = fileURLToPath(new URL('../../node_modules', import.meta.url))

// Of endless loops there are some, and each takes a core for so long.
const SILENCE_MS = 3000

export interface Judged {
  /** `file > test: label`, one a line: as it is, and as it should be. */
  readonly found: readonly string[]
  readonly wanted: readonly string[]
  readonly tests: readonly JudgedTest[]
  readonly vitest: string
}

/**
 * Judges the files in a temporary project. `ITEST_TEST_MODULES` names a folder of packages that go before ours: another
 * Vitest and what it needs.
 */
export async function judgeCases(
  files: readonly LabelledFile[],
  { project, runs, express = 'express' }: { project: Readonly<Record<string, string>>; runs: number; express?: string },
): Promise<Judged> {
  const root = makeRoot({ ...project, ...Object.fromEntries(files.map(({ file, code }) => [file, code])) }, express)
  const options = { root, files: files.map(({ file }) => file), routes: [], runs, silenceMs: SILENCE_MS }
  try {
    const judged = await judgeFiles(
      { ...options, app: null, ablate: null, config: null, env: {}, database: 'auto', databaseUrl: null, cache: false },
      { environment: {}, signal: new AbortController().signal, progress: () => {}, now: () => performance.now() },
    )
    return { ...compare(files, judged.tests), tests: judged.tests, vitest: judged.vitest }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function compare(files: readonly LabelledFile[], tests: readonly JudgedTest[]): Pick<Judged, 'found' | 'wanted'> {
  const found = tests.map((test) => `${test.file} > ${test.name}: ${labelOf(test)}`)
  const wanted = files.flatMap(({ file, labels }) => {
    const all = labels['*']
    if (all === undefined) return Object.entries(labels).map(([name, label]) => `${file} > ${name}: ${label}`)
    const names = tests.filter((test) => test.file === file).map(({ name }) => name)
    return (names.length > 0 ? names : ['a test']).map((name) => `${file} > ${name}: ${all}`)
  })
  return { found: found.toSorted(), wanted: wanted.toSorted() }
}

function labelOf({ verdict, class: kind }: JudgedTest): string {
  return kind === null ? verdict : `${verdict} ${kind}`
}

function makeRoot(files: Readonly<Record<string, string>>, express: string): string {
  const root = mkdtempSync(join(tmpdir(), 'itest-verdicts-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  // As root the server runs as another user, who must be able to pass through.
  chmodSync(root, 0o755)
  mkdirSync(join(root, 'node_modules'))
  const links = new Map<string, string>()
  for (const folder of [repository, process.env.ITEST_TEST_MODULES ?? repository]) {
    for (const name of readdirSync(folder)) if (!name.startsWith('.')) links.set(name, join(folder, name))
  }
  links.set('express', join(repository, express))
  for (const [name, target] of links) symlinkSync(target, join(root, 'node_modules', name))
  return root
}

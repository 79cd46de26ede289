import { relative, sep } from 'node:path'
import { createPlugin } from '../harness/vitest.ts'
import type { JobBase } from './job.ts'
import { matchesGlob } from './matches-glob.ts'

/** What each project must have, or the harness could not tell one test from another. */
export const ORDERLY = {
  environment: 'node',
  pool: 'forks',
  isolate: true,
  retry: 0,
  // The harness counts them itself: Vitest does not know those of supertest and node:assert.
  expect: { requireAssertions: false },
  // The harness watches one test at a time.
  maxConcurrency: 1,
} as const

export const EXCLUDED = ['**/node_modules/**']

/** Whatever the project's own patterns are, exactly these files run. */
export function listFiles({ root, files }: JobBase): string[] {
  return files.map((file) => escapeGlob(relative(root, file).split(sep).join('/')))
}

/**
 * Projects within the config bring setup files of their own; a file of tests runs in the first one that wants it. Those that
 * are named by their folders have configs of their own, which would not get the harness: without them all is one project.
 */
export function chooseProjects(job: JobBase): { name: string; config: (config: { test?: object }) => void } {
  return {
    name: 'itest:projects',
    config: ({ test }) => {
      if (!test) return
      const projects: unknown = Reflect.get(test, 'projects')
      if (!job.isGuest || !Array.isArray(projects) || !projects.every(isInline)) {
        Reflect.deleteProperty(test, 'projects')
        return
      }
      const wanted = splitFiles(job, projects)
      const kept = projects.flatMap((project, index) => adapt(job, project, wanted[index] ?? []))
      Reflect.set(test, 'projects', kept)
    },
  }
}

interface InlineProject {
  readonly plugins?: readonly unknown[]
  readonly test?: { readonly include?: readonly string[] }
}

function isInline(project: unknown): project is InlineProject {
  if (typeof project !== 'object' || project === null || Reflect.has(project, 'then')) return false
  const test: unknown = Reflect.get(project, 'test')
  return !Reflect.has(project, 'root') && !(typeof test === 'object' && test !== null && Reflect.has(test, 'root'))
}

/** The files of each project, by its patterns; what none wants goes to the last one. */
function splitFiles(job: JobBase, projects: readonly InlineProject[]): string[][] {
  const groups = projects.map((): string[] => [])
  for (const file of listFiles(job)) {
    const found = projects.findIndex(({ test }) => test?.include?.some((pattern) => matchesGlob(file, pattern)))
    groups.at(found)?.push(file)
  }
  return groups
}

function adapt(job: JobBase, project: InlineProject, include: string[]): object[] {
  if (include.length === 0) return []
  const test = { ...project.test, ...ORDERLY, include, exclude: EXCLUDED }
  return [{ ...project, test, plugins: [createPlugin(job), ...(project.plugins ?? [])] }]
}

function escapeGlob(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@]/g, '\\$&')
}

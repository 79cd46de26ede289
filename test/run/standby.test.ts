import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { runTests } from '../../src/run/run.ts'
import { type Standby, standBy } from '../../src/run/standby.ts'
import { makeProject, type SampleProject } from '../harness/sample-project.ts'

const FILE = 'tests/environment.test.ts'
const TEST = `
import { expect, it } from 'vitest'
it('tells its environment', () => {
  const { AWS_SECRET_ACCESS_KEY, HOME, NODE_ENV } = process.env
  expect({ AWS_SECRET_ACCESS_KEY, NODE_ENV, isOwnHome: HOME?.includes('itest-run-') })
    .toEqual({ AWS_SECRET_ACCESS_KEY: undefined, NODE_ENV: 'test', isOwnHome: true })
})`

function makeSample(): SampleProject {
  const project = makeProject({ [FILE]: TEST })
  onTestFinished(() => project.remove())
  return project
}

function run(project: SampleProject, standby: Standby) {
  const signal = new AbortController().signal
  const options = { root: project.root, files: [FILE], engine: null, route: null, ablate: false, isGuest: true }
  return runTests({ ...options, standby, timeoutMs: 60_000, signal })
}

function isAlive(pid: number | null): boolean {
  try {
    process.kill(pid ?? Number.NaN, 0)
    return true
  } catch {
    return false
  }
}

describe('a process that stands by', { timeout: 60_000 }, () => {
  beforeAll(() => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a secret')
    return () => vi.unstubAllEnvs()
  })

  it('runs the first run, without credentials, and leaves the next one to another process', async () => {
    const project = makeSample()
    const standby = standBy(project.root)
    onTestFinished(() => standby.end())
    const first = await run(project, standby)
    expect(first.tests.map(({ state, errors }) => [state, errors])).toEqual([['passed', []]])
    const second = await run(project, standby)
    expect(second.tests.map(({ state }) => state)).toEqual(['passed'])
  })

  it('is ended where nobody needs it', async () => {
    const project = makeSample()
    const standby = standBy(project.root)
    const { pid } = standby
    expect(isAlive(pid)).toBe(true)
    standby.end()
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false))
    expect(standby.assign({ script: 'worker', job: join(tmpdir(), 'none.json'), environment: {} })).toBeNull()
  })
})

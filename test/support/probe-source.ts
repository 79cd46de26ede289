import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type ProbeOptions, probeRoutes } from '../../src/probe/probe-routes.ts'
import type { ProbedRoute, ProbeResult } from '../../src/probe/types.ts'
import { repository } from './copy-fixture.ts'

interface ProbedProject {
  /** Files by name; the first is loaded. */
  readonly files: Readonly<Record<string, string>>
  readonly express?: 4 | 5
  readonly packageJson?: object
  readonly factory?: string
  readonly options?: Partial<ProbeOptions>
}

/** Runs the probe in a project of these files, which is removed afterwards. */
export async function probeFiles({
  files,
  express = 5,
  packageJson,
  factory,
  options,
}: ProbedProject): Promise<ProbeResult> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'itest-probe-test-')))
  try {
    const all = { 'package.json': JSON.stringify({ name: 'sample', type: 'module', ...packageJson }), ...files }
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
      writeFileSync(path.join(root, name), text)
    }
    mkdirSync(path.join(root, 'node_modules'))
    const source = path.join(repository, 'node_modules', express === 4 ? 'express4' : 'express')
    symlinkSync(source, path.join(root, 'node_modules/express'))
    return await probeRoutes({
      root,
      entries: [{ file: Object.keys(files)[0] ?? '', factory: factory ?? null }],
      environment: {},
      parent: process.env,
      timeoutMs: 30_000,
      signal: new AbortController().signal,
      ...options,
    })
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** `GET /orders src/app.ts:3 +1`: the functions before the handler last. */
export function outlineRoutes({ routes }: { readonly routes: readonly ProbedRoute[] }): string[] {
  return routes.map(({ method, path: full, at, before }) => `${method} ${full} ${at?.file}:${at?.line} +${before}`)
}

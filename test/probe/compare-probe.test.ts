import { describe, expect, it } from 'vitest'
import { compareProbe } from '../../src/probe/compare-probe.ts'
import type { ProbedRoute, ProbeResult } from '../../src/probe/types.ts'
import type { Route } from '../../src/scan/types.ts'
import { dossier } from '../support/dossier-factory.ts'

function inCode(path: string, line: number, overrides: Partial<Route> = {}): Route {
  return { ...dossier().route, method: 'GET', path, file: 'src/app.ts', line, middleware: [], ...overrides }
}

function inRun(path: string, line: number, overrides: Partial<ProbedRoute> = {}): ProbedRoute {
  return { method: 'GET', path, at: { file: 'src/app.ts', line }, before: 0, ...overrides }
}

function complete(routes: readonly ProbedRoute[]): ProbeResult {
  return { status: 'complete', routes, blocked: [], troubles: [] }
}

/** `probe-path GET /b src/app.ts:2` */
function outline(routes: readonly Route[], probe: ProbeResult): string[] {
  return compareProbe(routes, probe).map(({ kind, route, at }) =>
    [kind, ...(route ? [route] : []), ...(at ? [`${at.file}:${at.line}`] : [])].join(' '),
  )
}

describe('compareProbe', () => {
  it('finds nothing where both agree, whatever the order and the slash at the end', () => {
    const routes = [inCode('/a', 1), inCode('/b/', 2), inCode('/a', 3)]
    expect(outline(routes, complete([inRun('/a', 3), inRun('/b', 2), inRun('/a', 1)]))).toEqual([])
  })

  it('reports routes that only one side has', () => {
    expect(outline([inCode('/a', 1), inCode('/c', 3)], complete([inRun('/a', 1), inRun('/b', 2)]))).toEqual([
      'probe-only-run GET /b src/app.ts:2',
      'probe-only-code GET /c src/app.ts:3',
    ])
  })

  it('does not miss a route in a test that needs another environment', () => {
    const when = [{ condition: 'isLive', wanted: true, holds: false, at: { file: 'src/app.ts', line: 1 } }]
    expect(outline([inCode('/live', 2, { when })], complete([]))).toEqual([])
  })

  it('reports another path of the same line once', () => {
    expect(outline([inCode('/v1/a', 1)], complete([inRun('/v2/a', 1)]))).toEqual(['probe-path GET /v2/a src/app.ts:1'])
  })

  it('does not guess which path became which when a line registers several', () => {
    const routes = [inCode('/a', 1), inCode('/b', 1)]
    expect(outline(routes, complete([inRun('/c', 1), inRun('/d', 1)]))).toEqual([
      'probe-only-run GET /c src/app.ts:1',
      'probe-only-run GET /d src/app.ts:1',
      'probe-only-code GET /a src/app.ts:1',
      'probe-only-code GET /b src/app.ts:1',
    ])
  })

  it('reports a second registration of the same route', () => {
    expect(outline([inCode('/a', 1)], complete([inRun('/a', 1), inRun('/a', 9)]))).toEqual([
      'probe-only-run GET /a src/app.ts:9',
    ])
  })

  it('reports another number of functions before the handler', () => {
    expect(outline([inCode('/a', 1)], complete([inRun('/a', 1, { before: 2 })]))).toEqual([
      'probe-handlers GET /a src/app.ts:1',
    ])
  })

  it('reports what many routes have in common once', () => {
    const lines = [1, 2, 3, 4, 5]
    const probe = complete(lines.map((line) => inRun(`/${line}`, line, { before: 1 })))
    const findings = compareProbe(
      lines.map((line) => inCode(`/${line}`, line)),
      probe,
    )
    expect(findings.map(({ message }) => message)).toEqual([
      '1 functions run before its handler, the code shows 0; 4 more routes of this app differ by as many',
    ])
  })

  it('takes nothing for missing from a run in which something failed', () => {
    const routes = [inCode('/a', 1), inCode('/b', 2)]
    const failed = {
      status: 'failed',
      reason: 'it threw',
      routes: [inRun('/a', 1)],
      blocked: [],
      troubles: [],
    } as const
    expect(outline(routes, failed)).toEqual(['probe-failed'])
    expect(outline(routes, { ...complete([inRun('/a', 1)]), troubles: ['no database'] })).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { renderRoutes, routesReport } from '../../src/report/routes-text.ts'
import { appWith, scanFiles } from '../support/scan-source.ts'

const codebase = scanFiles(
  appWith(`
    app.get('/live', (req, res) => res.json({}))
    if (process.env.NODE_ENV === 'development') app.get('/debug', (req, res) => res.json({}))
    if (process.env.NODE_ENV !== 'production') app.get('/docs', (req, res) => res.json({}))
    app.use(process.env.PREFIX || '/api', express.Router().get('/a', (req, res) => res.json({})))`),
)

describe('routesReport', () => {
  it('keeps routes that no test would have apart, and says what they need', () => {
    const report: Record<string, { path: string; what: string; text: string }[]> = JSON.parse(
      JSON.stringify(routesReport(codebase, null)),
    )
    expect(report.routes?.map(({ path }) => path)).toEqual(['/live', '/docs', '/api/a'])
    expect(report.conditional?.map(({ path }) => path)).toEqual(['/debug'])
    expect(report.unresolved?.map(({ what, text }) => [what, text])).toEqual([
      ["this route is not in a test: needs process.env.NODE_ENV === 'development'", 'GET /debug'],
    ])
  })
})

describe('renderRoutes', () => {
  it('lists all of them, with their conditions and what their paths are made of', () => {
    const lines = renderRoutes(codebase, null, { color: false, width: 120 })
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '))
    expect(lines).toEqual([
      'GET /live src/app.ts:10 (anonymous)',
      "GET /debug src/app.ts:11 (anonymous) not in a test: needs process.env.NODE_ENV === 'development'",
      "GET /docs src/app.ts:12 (anonymous) if process.env.NODE_ENV !== 'production'",
      'GET /api/a src/app.ts:13 (anonymous)',
      '',
      'Paths made with a variable, taken as:',
      ' PREFIX=/api src/app.ts:13',
      '',
    ])
  })
})

import { expect, it } from 'vitest'
import { renderPlan } from '../../src/report/plan-text.ts'
import { dossier } from '../support/dossier-factory.ts'
import { plan, plannedPath } from '../support/plan-factory.ts'

it('says what a path needs of the database, where not every one has it', () => {
  const given = { ...plannedPath().given, needs: ['second-connection'] as const }
  const render = (path: ReturnType<typeof plannedPath>) =>
    renderPlan({ plan: plan({ paths: [path] }), dossier: dossier(), notes: [] }, { color: false, width: 120 })
  expect(render(plannedPath({ given }))).toContain('  needs: a query beside an open transaction; skipped on PGlite')
  expect(render(plannedPath())).not.toContain('needs:')
})

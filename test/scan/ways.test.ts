import { describe, expect, it } from 'vitest'
import { findOneSided } from '../../src/scan/facts/one-sided.ts'
import { decisionsOf, outline, readHandler } from '../support/scan-source.ts'

/** Decisions on `body.f0`, `body.f1`, ... */
function flags(count: number, then: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `if (req.body.f${index}) ${then(index)}`).join('\n')
}

describe('the ways through a route', () => {
  it('are told in the order of how many answers are turned', () => {
    const dossier = readHandler(`${flags(2, (index) => `res.set('x-${index}', '1')`)}\nres.sendStatus(204)`)
    expect(dossier.scenarios.map(decisionsOf)).toEqual([
      ['body.f0', 'body.f1'],
      ['!body.f0', 'body.f1'],
      ['body.f0', '!body.f1'],
      ['!body.f0', '!body.f1'],
    ])
  })

  it('that matter are all looked at behind many decisions that change nothing', () => {
    const dossier = readHandler(
      `${flags(20, () => 'console.log(1)')}
      if (!req.body.name) return res.sendStatus(400)
      const [user] = await db.select().from(users)
      if (!user) return res.sendStatus(404)
      res.json(user)`,
    )
    expect(new Set(outline(dossier))).toEqual(
      new Set(['400', 'select users > 404', 'select users > 200', 'select users fails > 500']),
    )
    expect(dossier.scenarios.length).toBeLessThan(40)
    expect(dossier.unresolved.map(({ what }) => what)).toEqual([
      expect.stringMatching(
        /^\d+ more ways .*: each differs from one that was in a decision that changed nothing there$/,
      ),
    ])
  })

  it('turn every decision once before any is turned again', () => {
    const dossier = readHandler(
      `${flags(12, (index) => `res.set('x-${index}', '1')`)}
      if (!req.body.name) return res.sendStatus(400)
      res.sendStatus(204)`,
    )
    expect(findOneSided(dossier.scenarios)).toEqual([])
    expect(dossier.scenarios).toHaveLength(400)
  })

  it('say which decision was never turned', () => {
    const [scenario] = readHandler('if (!req.body.name) return res.sendStatus(400)\nres.sendStatus(204)').scenarios
    expect(findOneSided(scenario ? [scenario] : [])).toMatchObject([
      { what: 'of this decision no way was looked at in which it is false', text: 'body.name', at: { line: 11 } },
    ])
  })
})

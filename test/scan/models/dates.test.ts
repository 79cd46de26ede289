import { describe, expect, it } from 'vitest'
import { bodyFor, outline, readHandler } from '../../support/scan-source.ts'

const answer = (before: string, value: string): string =>
  bodyFor(readHandler(`${before}\nres.json({ value: ${value} })`), 200)

describe('a date', () => {
  it.each([
    [
      'const end = new Date(req.body.from); end.setMonth(end.getMonth() + 1)',
      'end',
      'setMonth(Date(body.from), +(getMonth(Date(body.from)), 1))',
    ],
    [
      'const end = new Date(req.body.from); const same = end; same.setUTCHours(0, 0)',
      'end.toISOString()',
      'toISOString(setUTCHours(Date(body.from), 0, 0))',
    ],
    ['const end = new Date(req.body.from); const copy = new Date(end); copy.setDate(1)', 'end', 'Date(body.from)'],
    ['const end = new Date(req.body.from)', 'end.setDate(1)', 'getTime(setDate(Date(body.from), 1))'],
    [
      'const end = new Date(req.body.from); req.body.days.forEach(() => end.setDate(2))',
      'end',
      'after a loop(setDate(Date(body.from), 2))',
    ],
  ])('that is changed: %s', (before, value, expected) => {
    expect(answer(before, value)).toBe(`{value: ${expected}}`)
  })

  it('that is changed in one run is as it was in the next', () => {
    const dossier = readHandler('if (req.body.late) START.setDate(2)\nres.json({ value: START })', {
      before: "const START = new Date('2026-01-01')",
    })
    expect(dossier.scenarios.map(({ events }) => JSON.stringify(events).includes('setDate'))).toEqual([true, false])
  })

  it('of a row leaves open where else it is seen', () => {
    const dossier = readHandler(
      'const [order] = await db.select().from(orders)\norder.createdAt.setDate(1)\nres.json(order)',
    )
    expect(dossier.unresolved.map(({ what }) => what)).toEqual([
      'what else shows the date that setDate() changes is not known',
    ])
  })
})

describe('the type of a result', () => {
  it.each([
    ['new Date(req.body.at) instanceof Date', 'true'],
    ['new Date() instanceof Date', 'true'],
    ['new Date() instanceof Error', 'false'],
    ['String(req.body.at) instanceof Date', 'false'],
    ['typeof new Date()', '"object"'],
    ['typeof Date.now()', '"number"'],
    ['typeof String(req.body.at)', '"string"'],
    ['typeof Number(req.body.at)', '"number"'],
    [`typeof \`at \${req.body.at}\``, '"string"'],
    ['typeof req.body.list.concat([])', 'typeof(concat(body.list, []))'],
    ['String(req.body.at.trim())', 'trim(body.at)'],
    ['JSON.stringify({ data: req.body.at }).data', 'undefined'],
    ['JSON.stringify({ data: req.body.at }).length', 'member(JSON.stringify({data: body.at}), "length")'],
  ])('%s', (value, expected) => {
    expect(answer('', value)).toBe(`{value: ${expected}}`)
  })

  it.each([
    ['if (!String(randomUUID())) return res.sendStatus(500)'],
    [
      'const id = req.get("x-id")?.trim(); if (!id) return res.sendStatus(204); if (!String(id)) return res.sendStatus(500)',
    ],
    ['const user = jwt.verify(req.body.token, "secret"); if (!user) return res.sendStatus(500)'],
    ['if (Number(req.body.n) === null) return res.sendStatus(500)'],
    [
      `const [a, b] = [Buffer.from(req.body.a), Buffer.from(req.body.b)]
       if (!a.equals(b)) return res.sendStatus(204)
       if (!timingSafeEqual(a, b)) return res.sendStatus(500)`,
    ],
  ])('settles %s', (handler) => {
    const dossier = readHandler(`try {\n${handler}\nres.json({})\n} catch { res.sendStatus(401) }`, {
      imports: "import jwt from 'jsonwebtoken'\nimport { randomUUID, timingSafeEqual } from 'node:crypto'",
    })
    expect(outline(dossier)).not.toContain('500')
  })
})

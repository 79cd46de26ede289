import { describe, expect, it } from 'vitest'
import { bodyFor, outline, readHandler } from '../support/scan-source.ts'

const RECORD = 'how often this function calls itself is only known at run time'

describe('a function that calls itself', () => {
  it('for each row of a list is followed once, and the rest of the route is read', () => {
    const dossier = readHandler(
      `const all = await db.select().from(users)
       const below = (id) => {
         let found = []
         for (const child of all.filter((one) => one.parentId === id)) {
           found.push(child.id)
           found = found.concat(below(child.id))
         }
         return found
       }
       if (!below(req.body.id).includes(req.body.target)) return res.status(403).json({})
       res.status(201).json({})`,
    )
    expect(outline(dossier).sort()).toEqual(['select users > 201', 'select users > 403', 'select users fails > 500'])
    expect(dossier.unresolved.map(({ what }) => what)).toEqual([RECORD])
  })

  it('up a chain of rows is followed some steps', () => {
    const dossier = readHandler(
      `const above = async (id) => {
         const [row] = await db.select().from(users).where(eq(users.id, id))
         return row ? [row.name, ...(await above(row.parentId))] : []
       }
       res.json(await above(req.body.id))`,
    )
    expect(dossier.scenarios.map(({ end }) => end)).not.toContain('cut')
    expect(dossier.unresolved.map(({ what }) => what)).toContain(RECORD)
  })

  it('only as a helper of what it is given is followed', () => {
    const before = 'const timed = async (work) => await work()'
    const handler = `await timed(async () => {
        for (const id of req.body.ids) await timed(() => db.delete(users).where(eq(users.id, id)))
      })
      res.json({})`
    expect(outline(readHandler(handler, { before }))).toContain('delete users > 200')
  })

  it('over a tree of the code is followed to its leaves', () => {
    const before = `const count = (node) => 1 + node.children.reduce((sum, child) => sum + count(child), 0)
      const tree = { children: [{ children: [{ children: [{ children: [{ children: [{ children: [] }] }] }] }] }] }`
    expect(bodyFor(readHandler('res.json(count(tree))', { before }), 200)).toBe('6')
  })
})

import { describe, expect, it } from 'vitest'
import { allowChanges, isAllowable } from '../../src/gate/allow-changes.ts'
import { compareWithLedger } from '../../src/gate/compare.ts'
import { isSealed, parseLedger } from '../../src/ledger.ts'
import { outlineTests } from '../../src/test-files/outline.ts'
import { FILE, ledgerOf } from '../support/ledger-factory.ts'

const TEXT = `
it('answers 201', () => { expect(status).toBe(201) })
it('answers 400', () => { expect(status).toBe(400) })
`

/** The ledger after somebody allowed what was done to the file. */
function allow(text: string) {
  const read = {
    file: FILE,
    outlines: outlineTests(FILE, text),
    support: ['cccccccccccc tests/a.ts'],
    ledger: ledgerOf(TEXT),
  }
  const findings = compareWithLedger(read.ledger, read).map((one) => ({ ...one, isAllowed: isAllowable(one) }))
  const [written] = allowChanges([read], findings, 'REQ-7')
  const ledger = parseLedger(written?.text ?? '')
  if (!ledger) throw new Error('nothing was written')
  return { ledger, left: compareWithLedger(ledger, read).map(({ kind }) => kind) }
}

describe('changes that a person allows', () => {
  it('are what the ledger has from then on, with the reason and what was there before', () => {
    const { ledger, left } = allow(TEXT.replace('toBe(400)', 'toBe(422)'))
    const entry = ledger.tests['answers 400']
    expect(entry).toMatchObject({
      assertions: ['expect(status).toBe(422)'],
      support: ['cccccccccccc tests/a.ts'],
      allowed: [{ reason: 'REQ-7', was: ledgerOf(TEXT).tests['answers 400']?.hash }],
    })
    expect(entry && isSealed(FILE, 'answers 400', entry)).toBe(true)
    expect(left).toEqual([])
  })

  it('may be another name, or that a test is gone', () => {
    const renamed = allow(TEXT.replace('answers 400', 'refuses'))
    expect([Object.keys(renamed.ledger.tests), renamed.left]).toEqual([['answers 201', 'refuses'], []])
    const gone = allow("it('answers 201', () => { expect(status).toBe(201) })")
    expect([Object.keys(gone.ledger.tests), gone.ledger.removed, gone.left]).toEqual([
      ['answers 201'],
      { 'answers 400': 'REQ-7' },
      [],
    ])
  })

  it('never make a test one that was red', () => {
    expect(allow(`${TEXT}it('is new', () => { expect(status).toBe(1) })`).left).toEqual(['never-red'])
  })
})

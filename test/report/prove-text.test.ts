import { expect, it } from 'vitest'
import { renderProof } from '../../src/report/prove-text.ts'
import { expectGolden } from '../support/golden.ts'
import { judgedMutant, judgedTest, proveReport } from '../support/proof-factory.ts'

const OPTIONS = { color: false, width: 80 }

it('begins with what nobody would notice', () => {
  const mutants = [
    judgedMutant(),
    judgedMutant({ id: 2, operator: 'dropped-await', line: 24, change: 'did not wait for `db.insert.values(…)`' }),
    judgedMutant({ id: 3, operator: 'lost-where', line: 20, change: 'lost its `.where(…)`', status: 'survived' }),
    judgedMutant({ id: 8, operator: 'literal', line: 9, change: 'did without `?? {}`', status: 'survived' }),
    judgedMutant({ id: 4, file: 'src/lib/mail.ts', line: 9, change: 'left out `mail(…)`', status: 'no-coverage' }),
    judgedMutant({
      id: 5,
      line: 12,
      change: 'left out `left -= 1`',
      status: 'timeout',
      note: 'it goes round and round',
    }),
    judgedMutant({
      id: 6,
      line: 15,
      change: "had '' instead of `'POST'`",
      status: 'broken',
      note: 'no stub answers GET https://api.payments.example/v1/charges',
    }),
    judgedMutant({
      id: 7,
      line: 31,
      change: 'did not wait for `charge(…)`',
      status: 'equivalent',
      note: 'whoever called it waits for what it returns',
    }),
  ]
  const tests = [
    judgedTest({ kills: [1, 2] }),
    judgedTest({ name: 'takes an order', vacuous: 'stays green with the route answering 501' }),
    judgedTest({ name: '[idempotent-retry] has one effect', now: 'red', reason: 'expected 1 row in orders, found 2' }),
  ]
  const counts = { killed: 2, survived: 2, 'no-coverage': 1, timeout: 1, broken: 1, invalid: 0, equivalent: 1 }
  const report = proveReport({ mutants, tests, counts, score: 40, minScore: 80, unreachedFiles: ['src/lib/mail.ts'] })

  const text = renderProof(report, OPTIONS)

  expectGolden('cli/prove.txt', text)
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
})

it('says little when everything is caught', () => {
  const counts = { ...proveReport().counts, killed: 1 }
  const report = proveReport({ mutants: [judgedMutant()], tests: [judgedTest({ kills: [1] })], counts, score: 100 })
  expect(renderProof(report, OPTIONS).split('\n')).toEqual([
    'POST /orders  src/routes/orders.ts:8',
    '',
    '1 bug was put into the code: 1 caught, 0 not noticed, 0 where no test comes by',
    '(100 % caught).',
    '',
    'Caught, by the first test that did:',
    '  happy  1',
    '      called-twice',
    '',
    'Ran in 7 s on PostgreSQL 15.18. `itest prove POST /orders --json` names the',
    '  killer of each bug.',
    '',
  ])
})

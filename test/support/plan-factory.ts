import type { ExpectationSource, OpenPath, Plan, PlannedPath, PlannedStub, SkippedPath } from '../../src/plan/types.ts'

export const policy = (text: string): ExpectationSource => ({ kind: 'policy', text, at: null })

export const code = (text: string, line: number): ExpectationSource => ({
  kind: 'code',
  text,
  at: { file: 'src/routes/orders.ts', line },
})

export function stubbed(overrides: Partial<PlannedStub> = {}): PlannedStub {
  return {
    name: 'payments',
    origin: 'https://api.payments.example',
    method: 'POST',
    path: '/v1/charges',
    reply: { kind: 'json', status: 201, body: { id: 'ch_1' } },
    ...overrides,
  }
}

/** A happy `POST /orders` that charges and stores. */
export function plannedPath(overrides: Partial<PlannedPath> = {}): PlannedPath {
  const body = { userId: 'u1', amountCents: 4999 }
  return {
    id: 'happy',
    kind: 'happy',
    status: 'planned',
    title: 'answers 201 with the stored order',
    given: {
      seeds: [],
      stubs: [stubbed()],
      fault: null,
      requests: [{ method: 'POST', path: '/orders', query: {}, headers: {}, body }],
      needs: [],
    },
    expects: [
      { observable: 'status', request: 0, equals: 201, source: code('the handler answers 201', 30) },
      {
        observable: 'body',
        request: 0,
        match: 'whole',
        value: { ...body, id: { $any: 'Number' } },
        source: code('the handler answers with the row', 30),
      },
      { observable: 'row-count', table: 'orders', count: 1, source: policy('a created resource is stored once') },
      { observable: 'call-count', stub: 'payments', count: 1, source: policy('one order is one charge') },
    ],
    violation: 'a valid order is not accepted',
    at: { file: 'src/routes/orders.ts', line: 12 },
    ...overrides,
  }
}

export function openPath(overrides: Partial<OpenPath> = {}): OpenPath {
  return {
    id: 'idempotent-retry',
    kind: 'idempotent-retry',
    status: 'open',
    title: 'has one effect when the same key arrives twice',
    missing: 'the field that carries the key',
    ...overrides,
  }
}

export function skippedPath(overrides: Partial<SkippedPath> = {}): SkippedPath {
  return {
    id: 'external-fails',
    kind: 'external-fails',
    status: 'skipped',
    title: 'maps a failed dependency',
    reason: 'the route makes no outgoing call',
    ...overrides,
  }
}

export function plan(overrides: Partial<Plan> = {}): Plan {
  return {
    route: { method: 'POST', path: '/orders', file: 'src/routes/orders.ts', line: 12 },
    paths: [plannedPath()],
    environment: {},
    questions: [],
    ...overrides,
  }
}

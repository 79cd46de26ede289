import { afterAll, describe, expect, it } from 'vitest'
import { parseOptions } from '../../src/options.ts'
import { promptFor } from '../../src/pipeline.ts'
import { planFor } from '../../src/plan-for.ts'
import type { Prompt } from '../../src/prompt.ts'
import { copyFixture, type FixtureCopy, repository } from '../support/copy-fixture.ts'
import { expectGolden } from '../support/golden.ts'

const ROUTES = [
  ['orders', 'POST', '/orders', 'orders-post-orders'],
  ['bookings', 'POST', '/api/v1/rooms/:roomId/bookings', 'bookings-post-bookings'],
  ['bookings', 'GET', '/api/v1/rooms/:roomId/bookings', 'bookings-get-bookings'],
  ['bookings', 'DELETE', '/api/v1/rooms/:roomId/bookings/:bookingId', 'bookings-delete-booking'],
  ['parcels', 'POST', '/parcels', 'parcels-post-parcels'],
  ['parcels', 'GET', '/parcels/:reference', 'parcels-get-parcel'],
  ['parcels', 'POST', '/parcels/:reference/scans', 'parcels-post-scans'],
] as const

const copies = new Map<string, FixtureCopy>()

function copyOf(name: string): FixtureCopy {
  const copy = copies.get(name) ?? copyFixture(name)
  copies.set(name, copy)
  return copy
}

/** As `itest prompt` makes it, with the word that is new each time taken out. */
async function prompt(root: string, method: string, path: string): Promise<Prompt> {
  const options = parseOptions({ root, cache: false }, root)
  const made = await promptFor(await planFor({ method, path }, { ...options, whole: false }), {
    ...options,
    environment: {},
  })
  const [, nonce = ''] = /^<<<<<<<< (\w+)$/m.exec(made.user) ?? []
  return { ...made, user: made.user.replaceAll(nonce, 'NONCE') }
}

afterAll(() => {
  for (const copy of copies.values()) copy.remove()
})

describe('the prompt of each fixture route', () => {
  it.each(ROUTES)('of %s: %s %s', async (name, method, path, golden) => {
    const { root } = copyOf(name)
    const { user, size } = await prompt(root, method, path)

    expectGolden(`prompt/${golden}.md`, user)
    expect(size.cut).toEqual([])
    // A cache of what was sent before would miss each time.
    expect(user).not.toContain(root)
    expect(user).not.toContain(repository)
    expect(user).not.toContain(new Date().toISOString().slice(0, 10))
  })

  it('has one system part for all routes and projects', async () => {
    const { system } = await prompt(copyOf('orders').root, 'POST', '/orders')

    expect((await prompt(copyOf('parcels').root, 'GET', '/parcels/:reference')).system).toBe(system)
    expect(system).not.toMatch(/\d{4}-\d\d-\d\dT(?!23:59:59Z)|\/(?:home|tmp|Users)\//)
  })
})

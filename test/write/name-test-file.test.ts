import { expect, it } from 'vitest'
import { nameTestFile } from '../../src/write/name-test-file.ts'

it.each([
  ['POST', '/orders', 'tests', 'tests/post-orders.test.ts'],
  ['GET', '/orders/:orderId/items', 'tests', 'tests/get-orders-by-order-id-items.test.ts'],
  ['DELETE', '/api/v1/userProfiles/:id', 'tests', 'tests/delete-api-v1-user-profiles-by-id.test.ts'],
  ['GET', '/', 'tests', 'tests/get-root.test.ts'],
  ['GET', '/files/*path', 'tests', 'tests/get-files-path.test.ts'],
  ['GET', '/*', 'tests', 'tests/get-any.test.ts'],
  // The folder of the project itself: no path of the machine's root.
  ['POST', '/orders', '', 'post-orders.test.ts'],
])('%s %s in %j is %s', (method, path, folder, file) => {
  expect(nameTestFile({ method, path }, { out: folder, fileName: '{method}-{path}.test.ts' })).toBe(file)
})

it('follows the pattern of the project, folders included', () => {
  const route = { method: 'PUT', path: '/orders/:id/*rest' }
  expect(nameTestFile(route, { out: 'specs', fileName: '{path}/{method}.spec.ts' })).toBe(
    'specs/orders-by-id-rest/put.spec.ts',
  )
})

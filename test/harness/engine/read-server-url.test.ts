import { expect, it } from 'vitest'
import { readServerUrl } from '../../../src/harness/engine/read-server-url.ts'

it.each([
  [
    'postgres://127.0.0.1',
    { url: 'postgres://postgres@127.0.0.1:5432', database: 'postgres', socket: null, tls: null },
  ],
  ['postgresql://a:b%40@127.0.0.1:6000/shop', { url: 'postgres://a:b%40@127.0.0.1:6000', database: 'shop' }],
  ['postgres://a@[::1]/shop', { url: 'postgres://a@[::1]:5432', place: '::1:5432' }],
  ['postgres://a@/shop?host=/run/pg', { url: 'postgres://a@localhost:5432', socket: '/run/pg', place: '/run/pg:5432' }],
  ['postgres:///shop?host=/run/pg&port=6000', { url: 'postgres://postgres@localhost:6000', socket: '/run/pg' }],
  ['postgres://a@%2Frun%2Fpg/shop?sslmode=require', { database: 'shop', socket: '/run/pg', tls: null }],
  [
    'postgres://a@127.0.0.1/b?sslmode=require&channel_binding=prefer',
    { tls: { mode: 'require', servername: '127.0.0.1' } },
  ],
  ['postgres://a@127.0.0.1/b?sslmode=no-verify', { tls: { mode: 'require' } }],
  ['postgres://a@127.0.0.1/b?ssl=true', { tls: { mode: 'require' }, place: '127.0.0.1:5432 by TLS' }],
  ['postgres://a@127.0.0.1/b?sslmode=verify-full&sslrootcert=system', { tls: { mode: 'verify-full', files: {} } }],
  ['postgres://a@127.0.0.1/b?sslmode=prefer', { tls: null }],
])('reads %s', async (url, place) => {
  expect(await readServerUrl(url)).toMatchObject(place)
})

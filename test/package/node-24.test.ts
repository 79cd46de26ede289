import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, expect, it } from 'vitest'
import { copyFixture } from '../support/copy-fixture.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const app = copyFixture('orders')
afterAll(() => app.remove())

// The npm package `node` carries binaries. As a devDependency its `node_modules/.bin/node` would shadow the Node that
// every npm script runs on, so npx keeps it out of this project.
function node24(...args: string[]) {
  return execa('npx', ['--yes', '--prefer-offline', '--package', 'node@24', '--', 'node', ...args], {
    cwd: app.root,
    env: { ANTHROPIC_API_KEY: '' },
    reject: false,
  })
}

it('does the main job on Node 24, CLI and tests alike', { timeout: 180_000 }, async () => {
  expect((await node24('--print', 'process.version')).stdout).toMatch(/^v24\./)

  const { exitCode, stdout } = await node24(cli, 'gen', 'POST', '/orders', '--json', '--runs', '1')

  expect(exitCode).toBe(1)
  const { paths } = JSON.parse(stdout)
  const red = paths.filter((path: { now: string }) => path.now !== 'green')
  expect(red).toMatchObject([{ id: 'idempotent-retry', before: 'red', now: 'red' }])
})

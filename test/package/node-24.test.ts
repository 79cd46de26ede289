import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const repository = new URL('../..', import.meta.url)
const version = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8')).version
const cli = fileURLToPath(new URL('dist/cli.js', repository))

// The npm package `node` carries binaries. As a devDependency its `node_modules/.bin/node` would shadow the Node that
// every npm script runs on, so npx keeps it out of this project.
function node24(...args: string[]): string {
  return execFileSync('npx', ['--yes', '--prefer-offline', '--package', 'node@24', '--', 'node', ...args], {
    cwd: tmpdir(),
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()
}

it('runs on Node 24', { timeout: 120_000 }, () => {
  expect(node24('--print', 'process.version')).toMatch(/^v24\./)
  expect(node24(cli, '--version')).toBe(version)
})

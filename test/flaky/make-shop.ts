import { chmodSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { repository } from '../support/copy-fixture.ts'

const PACKAGE = { name: 'shop', private: true, type: 'module', dependencies: { express: '5' } }

/** A project without a database in a temporary folder. */
export function makeShop(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-shop-'))
  chmodSync(root, 0o755)
  for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(PACKAGE), ...files })) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
  }
  mkdirSync(path.join(root, 'node_modules'))
  const packages = path.join(repository, 'node_modules')
  for (const name of readdirSync(packages)) {
    if (!name.startsWith('.')) symlinkSync(path.join(packages, name), path.join(root, 'node_modules', name))
  }
  return root
}

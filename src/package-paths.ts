import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

// The command line is one bundle and the rest of dist/ is file by file, so nothing may count on how deep its file lies.
const PACKAGE_FOLDER = findPackageFolder(path.dirname(fileURLToPath(import.meta.url)))

/** Absolute path of a file that this package ships, e.g. `packageFile('templates/case.ts.template')`. */
export function packageFile(name: string): string {
  return path.join(PACKAGE_FOLDER, name)
}

/**
 * Absolute path of a built file of this package, e.g. `builtFile('run/worker.js')`. Child processes and Vitest load
 * these, so they are always the JavaScript of dist/, also when the caller runs from src/.
 */
export function builtFile(name: string): string {
  return packageFile(`dist/${name}`)
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))
  return version
}

function findPackageFolder(from: string): string {
  return existsSync(path.join(from, 'package.json')) ? from : findPackageFolder(path.dirname(from))
}

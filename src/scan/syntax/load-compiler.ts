import { createRequire } from 'node:module'

/**
 * The compiler alone. The bundle of the command line has this file for `@ts-morph/common` (see `bundle` in package.json):
 * an import of the package has Node read 3 MB of library files three times over, a tenth of what one route costs cold.
 */
export const { ts }: Pick<typeof import('@ts-morph/common'), 'ts'> = {
  ts: createRequire(import.meta.url)('@ts-morph/common/dist/typescript.js'),
}

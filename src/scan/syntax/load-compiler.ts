import { createRequire } from 'node:module'
import { builtFile } from '../../package-paths.ts'

/**
 * The compiler alone, minified by `npm run build`. The bundle of the command line has this file for `@ts-morph/common`
 * (see `bundle` in package.json): importing the package has Node read 3 MB of library files three times over, and reading
 * the compiler takes a third less time minified. Together that is an eighth of what one route costs cold.
 */
export const { ts }: Pick<typeof import('@ts-morph/common'), 'ts'> = {
  ts: createRequire(import.meta.url)(builtFile('cli/compiler.cjs')),
}

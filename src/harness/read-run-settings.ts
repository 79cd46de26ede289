import * as z from 'zod'
import { readSettings } from '../config/find-config.ts'
import { NO_SETTINGS, type Settings } from '../config/settings.ts'

/** The variable through which the command line hands on what it has read of the config. */
export const CONFIG_VARIABLE = 'ITEST_CONFIG'

/** The part that a run of tests needs; the address and the engine of the database it has from `ITEST_ENGINE`. */
const Handed = z.object({ file: z.string().nullable(), env: z.record(z.string(), z.string()) })
export type HandedSettings = Readonly<z.infer<typeof Handed>>

/** What the config says. A process that the command line starts has no credentials, so it does not run the file anew. */
export async function readRunSettings(root: string, wanted: string | null): Promise<Settings> {
  const handed = process.env[CONFIG_VARIABLE]
  if (handed === undefined) return readSettings(root, wanted)
  return { ...NO_SETTINGS, ...Handed.parse(JSON.parse(handed)) }
}

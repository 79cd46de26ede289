import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cached } from '../cache-folder.ts'

/**
 * The word that marks where the project's own text begins and ends. Nobody who writes code can foresee it, since it is
 * made with a secret of this machine; the same request has the same one, so that its reply is paid for once.
 */
export async function makeNonce(about: unknown): Promise<string> {
  return createHmac('sha256', await readSecret())
    .update(JSON.stringify(about))
    .digest('hex')
    .slice(0, 16)
}

/** Where nothing can be kept, each request has a secret of its own. */
async function readSecret(): Promise<string> {
  const fresh = randomBytes(32).toString('hex')
  const file = await cached('nonce-secret', (target) => writeFile(target, fresh, { mode: 0o600 }))
  return file === null ? fresh : readFileSync(file, 'utf8')
}

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { passwordFrame, readAuthentication, saslFirstFrame } from './frames.ts'

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, AuthenticationOk and its siblings. */
const [LET_IN, CLEARTEXT, MD5, SASL, SASL_CONTINUE, SASL_FINAL] = [0, 3, 5, 10, 11, 12] as const

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** Whether the server lets the client in with this frame, and asks for nothing. */
export function isLetIn(frame: Buffer): boolean {
  return readAuthentication(frame).kind === LET_IN
}

/** Proves to the server who we are: gives the answer to each of its questions, empty where none is due, null for one of another kind. */
export function createAuthentication({ user, password }: Credentials): (frame: Buffer) => Buffer | null {
  const nonce = randomBytes(18).toString('base64')
  const first = `n=,r=${nonce}`
  return (frame) => {
    const { kind, content } = readAuthentication(frame)
    switch (kind) {
      case CLEARTEXT:
        return passwordFrame(Buffer.from(`${password}\0`))
      case MD5:
        return passwordFrame(Buffer.from(`md5${md5(md5(password + user), content)}\0`))
      case SASL:
        return saslFirstFrame('SCRAM-SHA-256', `n,,${first}`)
      case SASL_CONTINUE:
        return passwordFrame(Buffer.from(proveScram(password, first, content.toString())))
      case SASL_FINAL:
        return Buffer.alloc(0)
      default:
        return null
    }
  }
}

/** https://www.rfc-editor.org/rfc/rfc5802#section-3 */
function proveScram(password: string, first: string, challenge: string): string {
  const [, nonce = '', salt = '', rounds = ''] = /r=([^,]*),s=([^,]*),i=(\d+)/.exec(challenge) ?? []
  const final = `c=${Buffer.from('n,,').toString('base64')},r=${nonce}`
  const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256')
  const clientKey = hmac(salted, 'Client Key')
  const signature = hmac(createHash('sha256').update(clientKey).digest(), `${first},${challenge},${final}`)
  return `${final},p=${Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64')}`
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function md5(...parts: readonly (Buffer | string)[]): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

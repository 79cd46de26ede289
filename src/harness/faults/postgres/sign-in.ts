import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { passwordFrame, readAuthentication, saslFirstFrame } from './frames.ts'

/** Answers what a server asks of a client before it lets it in; null when there is nothing to say. */
export type SignIn = (request: Buffer) => Buffer | null

// https://www.postgresql.org/docs/current/protocol-message-formats.html, AuthenticationOk and those below it.
const CLEARTEXT = 3
const MD5 = 5
const SASL = 10
const SASL_CONTINUE = 11

/** The app does not know the password of the server, and need not: the proxy signs in for it. */
export function createSignIn({ user, password }: { user: string; password: string }): SignIn {
  const nonce = randomBytes(18).toString('base64')
  return (request) => {
    const { kind, content } = readAuthentication(request)
    if (kind === CLEARTEXT) return passwordFrame(Buffer.from(`${password}\0`))
    if (kind === MD5) return passwordFrame(Buffer.from(`md5${md5(md5(password + user), content)}\0`))
    if (kind === SASL) return saslFirstFrame('SCRAM-SHA-256', `n,,${firstMessage(nonce)}`)
    return kind === SASL_CONTINUE ? passwordFrame(Buffer.from(prove(content.toString(), { nonce, password }))) : null
  }
}

/** Whether this is such a question, and not the word that the client is in. */
export function isSignInRequest(frame: Buffer): boolean {
  return readAuthentication(frame).kind !== 0
}

function md5(text: string, salt: Buffer = Buffer.alloc(0)): string {
  return createHash('md5').update(text).update(salt).digest('hex')
}

function firstMessage(nonce: string): string {
  return `n=*,r=${nonce}`
}

/** SCRAM-SHA-256, https://www.rfc-editor.org/rfc/rfc5802#section-3 */
function prove(server: string, { nonce, password }: { nonce: string; password: string }): string {
  const fields = new Map(server.split(',').map((field) => [field.slice(0, 1), field.slice(2)]))
  const salt = Buffer.from(fields.get('s') ?? '', 'base64')
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, Number(fields.get('i') ?? 1), 32, 'sha256')
  const clientKey = hmac(salted, 'Client Key')
  const storedKey = createHash('sha256').update(clientKey).digest()
  const final = `c=biws,r=${fields.get('r') ?? ''}`
  const signature = hmac(storedKey, `${firstMessage(nonce)},${server},${final}`)
  const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))
  return `${final},p=${Buffer.from(proof).toString('base64')}`
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

import { failure } from './model-failures.ts'

interface Named {
  /** Of whom, e.g. `Anthropic`. */
  readonly name: string
  /** That the user sets. */
  readonly variable: string
}

/** Not left to `fetch`: its error quotes the header, and with it the key. @throws ModelError */
export function checkKey(apiKey: string, { name, variable }: Named): void {
  if (/^[\x21-\x7e]+$/.test(apiKey)) return
  const message = `The API key for ${name} has a space or a character that no key has.`
  throw failure(message, `Copy the key again into ${variable}.`)
}

/** @throws ModelError unless it is an address, and one without a secret in it */
export function checkAddress(baseUrl: string, { name, variable }: Named): URL {
  const hint = `Check ${variable}.`
  if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl)) {
    throw failure(`Expected an http(s) address of ${name}, found "${baseUrl}".`, hint)
  }
  const url = new URL(baseUrl)
  if (url.username === '' && url.password === '') return url
  throw failure(`Expected an address of ${name} with no password in it.`, hint)
}

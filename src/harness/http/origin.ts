const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0|\[?::\]?)$/

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}

/** One spelling per origin: default ports dropped, every loopback address called `localhost`. */
export function normaliseOrigin(text: string): string {
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`Expected an http or https origin such as https://api.example.com, found ${text}.`)
  }
  if (isLoopback(url.hostname)) url.hostname = 'localhost'
  return url.origin
}

/** `https://*.amazonaws.com` stands for every host below it. */
export function matchesOrigin(pattern: string, origin: string): boolean {
  if (!pattern.includes('*')) return pattern === origin
  const [before = '', ...rest] = pattern.split('*')
  const after = rest.join('*')
  return origin.length > before.length + after.length && origin.startsWith(before) && origin.endsWith(after)
}

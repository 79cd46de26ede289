import type { Probed } from '../probe/probe-project.ts'

/** What follows the table of `itest routes --probe`. */
export function renderProbe({ probe, findings }: Probed): string {
  const count = `${probe.routes.length} ${probe.routes.length === 1 ? 'route' : 'routes'}`
  const status = probe.status === 'complete' ? `the app registers ${count}` : 'the app did not start'
  const blocked = probe.blocked.length > 0 ? [`  kept from: ${probe.blocked.join(', ')}`] : []
  const troubles = probe.troubles.map((text) => `  failed all the same: ${text}`)
  const lines = findings.map(({ route, at, message }) => {
    const place = at ? ` (${at.file}:${at.line})` : ''
    return `  ${route === undefined ? '' : `${route}${place}: `}${message}`
  })
  const agrees = findings.length === 0 ? ', and the code says the same' : ''
  return `\nProbe: ${status}${agrees}.\n${[...lines, ...troubles, ...blocked].map((line) => `${line}\n`).join('')}`
}

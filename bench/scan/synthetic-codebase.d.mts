/** Writes a codebase of so many routes, a multiple of 20, to a folder. */
export function writeCodebase(root: string, routes: number): void

/** What packages say of who is asking: a value that may be missing, got without the project's own code. */
const IDENTITY =
  /^(?:@clerk\/[\w-]+\.getAuth|@auth\/express\.getSession|better-auth(?:\/\w+)?\.(?:\w+\.)*api\.getSession)$/

export function isIdentityCall(name: string): boolean {
  return IDENTITY.test(name)
}

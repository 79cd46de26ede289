/** What a project sets for its tests. */
export const TEST_FILES = ['.env.test']

/** Files that a project shares to say which variables it needs; what is in them is no secret. */
export const SAMPLE_FILES = [
  '.env.example',
  '.env.sample',
  '.env.template',
  '.env.dist',
  'env.example',
  '.env.test.example',
]

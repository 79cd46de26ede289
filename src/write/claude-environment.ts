// What a program needs to work at all, to find its login, and to get through a proxy.
const PLAIN =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|TZ|LANG|LC_ALL|LC_CTYPE|TMPDIR|TEMP|TMP|XDG_\w+|SystemRoot|ComSpec|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA|HOMEDRIVE|HOMEPATH|ProgramData|ProgramFiles)$/i
const NETWORK = /^(?:https?_proxy|no_proxy|all_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR)$/i
const OWN =
  /^(?:ANTHROPIC_\w+|API_TIMEOUT_MS|CLAUDE_CONFIG_DIR|CLAUDE_CODE_(?:OAUTH_TOKEN|MAX_OUTPUT_TOKENS|MAX_RETRIES|GIT_BASH_PATH|USE_\w+|SKIP_\w+_AUTH|CLIENT_\w+))$/
// The clouds that it may be told to go through; their secrets are nobody's business where it is not.
const CLOUDS = [
  { switch: 'CLAUDE_CODE_USE_BEDROCK', names: /^AWS_/ },
  { switch: 'CLAUDE_CODE_USE_VERTEX', names: /^(?:GOOGLE_|GCLOUD_|CLOUD_ML_|VERTEX_)/ },
  { switch: 'CLAUDE_CODE_USE_FOUNDRY', names: /^AZURE_/ },
]

/** The whole environment of `claude`: nothing of the user's that is not for it. */
export function buildClaudeEnvironment(parent: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const allowed = [PLAIN, NETWORK, OWN, ...CLOUDS.flatMap((cloud) => (parent[cloud.switch] ? [cloud.names] : []))]
  const kept = Object.entries(parent).flatMap(([name, value]) =>
    value !== undefined && allowed.some((names) => names.test(name)) ? [[name, value] as const] : [],
  )
  // By itself it repeats ten times, which takes minutes.
  return { CLAUDE_CODE_MAX_RETRIES: '2', ...Object.fromEntries(kept), CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' }
}

/**
 * What a child process of Node sees of the server's environment: what programs need to run at all, and how this machine
 * reaches the network. Nothing else comes across: the rest may hold the server's secrets.
 */

const NAMES = [
  "PATH", "HOME", "TMPDIR", "TMP", "TEMP", "TZ", "LANG", "LC_ALL", "USER", "SHELL", "SYSTEMROOT", "SystemRoot", "APPDATA", "LOCALAPPDATA", "PATHEXT", "USERPROFILE", "COMSPEC",
  "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
] as const;

export type Environment = Readonly<Record<string, string>>;

export function childEnvironment(environment: NodeJS.ProcessEnv): Environment {
  // Packages choose their code for production by it, as bundles do; a deployment may set another.
  const visible: Record<string, string> = { NODE_ENV: "production" };
  for (const name of NAMES) {
    const value = environment[name];
    if (value !== undefined) visible[name] = value;
  }
  return visible;
}

/**
 * Which environment variables an app's front end reads the deployment's addresses from. The same table as the public
 * CLI's, which writes them too: two names in one file would make it refuse.
 */
export interface UrlVariables {
  readonly url: string;
  readonly siteUrl: string;
}

/** By dependency, in this order: build tools that others depend on come last. */
const PREFIXES: readonly (readonly [dependency: string, prefix: string])[] = [
  ["react-scripts", "REACT_APP_"],
  ["next", "NEXT_PUBLIC_"],
  ["expo", "EXPO_PUBLIC_"],
  ["@sveltejs/kit", "PUBLIC_"],
  ["@tanstack/start", "VITE_"],
  ["@tanstack/react-start", "VITE_"],
  ["vite", "VITE_"],
];
const ALL_PREFIXES: readonly string[] = ["", ...new Set(PREFIXES.map(([, prefix]) => prefix))];

/** Names of every variable that may hold an address, whatever the framework. */
export const URL_NAMES = ALL_PREFIXES.map((prefix) => `${prefix}CONVEX_URL`);
export const SITE_URL_NAMES = ALL_PREFIXES.map((prefix) => `${prefix}CONVEX_SITE_URL`);

export function urlVariables(dependencies: ReadonlySet<string>): UrlVariables {
  const prefix = PREFIXES.find(([dependency]) => dependencies.has(dependency))?.[1] ?? "";
  return { url: `${prefix}CONVEX_URL`, siteUrl: `${prefix}CONVEX_SITE_URL` };
}

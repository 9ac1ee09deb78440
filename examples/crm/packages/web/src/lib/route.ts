/** The address as the app reads it: `#/contacts/<id>`. */
import { useSyncExternalStore } from "react";

export const PAGES = ["pipeline", "contacts", "tasks", "team", "keys"] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  readonly page: PageName;
  /** Of a contact. */
  readonly id: string | null;
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return routeFrom(hash);
}

export const hrefOf = (page: PageName, id?: string): string => `#/${page}${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

export function go(page: PageName, id?: string): void {
  window.location.hash = hrefOf(page, id);
}

function routeFrom(hash: string): Route {
  const [, name, id] = hash.split("/");
  const page = PAGES.find((candidate) => candidate === name) ?? "pipeline";
  return { page, id: id === undefined || id === "" ? null : decodeURIComponent(id) };
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
}

/**
 * The client of the deployment, or none: a page that was built without an address says so, it does not crash. The client's own warning of
 * unsaved changes is off, since a cursor on its way is nothing to stay for; notes have one of their own (`useNotes`).
 */
import { ConvexReactClient } from "convex/react";

/** Null where there is no address, or none that can be one. */
export function openClient(url: string | undefined): ConvexReactClient | null {
  return isAddress(url) ? new ConvexReactClient(url, { unsavedChangesWarning: false }) : null;
}

export function isAddress(text: string | undefined): text is string {
  return text !== undefined && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

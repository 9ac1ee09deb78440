/** Which room is open: the one named after `#/` in the address. */
import { useQuery } from "convex/react";
import { useEffect, useSyncExternalStore } from "react";
import { api } from "../../convex/_generated/api";
import type { Doc } from "../../convex/_generated/dataModel";

interface OpenRoom {
  slug: string | null;
  /** Undefined while it is loading, null when there is none of that address. */
  room: Doc<"rooms"> | null | undefined;
}

export function roomHref(slug: string): string {
  return `#/${encodeURIComponent(slug)}`;
}

/**
 * Without a room in the address the first one of the list is opened and put there, so that a room created later by
 * somebody else does not take its place.
 */
export function useOpenRoom(rooms: Doc<"rooms">[] | undefined): OpenRoom {
  const slug = useSyncExternalStore(subscribeToAddress, readSlug);
  const firstSlug = rooms?.[0]?.slug;
  useEffect(() => {
    if (slug === null && firstSlug !== undefined) window.location.replace(roomHref(firstSlug));
  }, [slug, firstSlug]);
  const room = useQuery(api.rooms.bySlug, slug === null ? "skip" : { slug });
  const listed = rooms?.find((candidate) => candidate.slug === slug);
  return { slug, room: slug === null && rooms?.length === 0 ? null : (room ?? listed ?? room) };
}

function subscribeToAddress(onChange: () => void): () => void {
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
}

function readSlug(): string | null {
  const encoded = window.location.hash.replace(/^#\/?/u, "");
  if (encoded === "") return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    // Not an address of ours: looked up as it stands, it leads to the "no such room" screen.
    return encoded;
  }
}

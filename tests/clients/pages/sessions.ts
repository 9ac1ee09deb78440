/** What an integration of an identity provider gives to `ConvexProviderWithAuth`, with a button that signs in and out. */
import { useCallback, useSyncExternalStore } from "react";

let isSignedIn = false;
const listeners = new Set<() => void>();

export function signInOrOut(): void {
  isSignedIn = !isSignedIn;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): { isLoading: boolean; isAuthenticated: boolean; fetchAccessToken: () => Promise<string | null> } {
  const isAuthenticated = useSyncExternalStore(
    subscribe,
    () => isSignedIn,
    () => false,
  );
  const fetchAccessToken = useCallback(async () => (isAuthenticated ? settings.token : null), [isAuthenticated]);
  return { isLoading: false, isAuthenticated, fetchAccessToken };
}

/** What `ConvexProviderWithAuth` asks of an identity provider, answered by the session with our issuer. */
import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { IssuerSession } from "../lib/issuerSession";

interface ProviderAuth {
  isLoading: boolean;
  isAuthenticated: boolean;
  fetchAccessToken: (args: { forceRefreshToken: boolean }) => Promise<string | null>;
}

/** @returns the hook that the provider takes. */
export function issuerAuthHook(session: IssuerSession): () => ProviderAuth {
  return function useIssuerAuth() {
    const { kind } = useSyncExternalStore(session.subscribe, session.read);
    const fetchAccessToken = useCallback(
      async ({ forceRefreshToken }: { forceRefreshToken: boolean }) => await session.idToken(forceRefreshToken),
      [],
    );
    return useMemo(
      () => ({ isLoading: kind === "redeeming", isAuthenticated: kind === "signed-in", fetchAccessToken }),
      [kind, fetchAccessToken],
    );
  };
}

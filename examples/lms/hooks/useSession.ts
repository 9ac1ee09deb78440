"use client";
/** What `ConvexProviderWithAuth` asks of an identity provider, answered by the pages' server, which keeps the session. */
import { useCallback, useMemo, useState } from "react";

/** A server that cannot be reached is asked again after these times; only its refusal signs anybody out. */
const RETRY_DELAYS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];

export function sessionHook(wasSignedIn: boolean) {
  return function useSession() {
    const [isAuthenticated, setAuthenticated] = useState(wasSignedIn);
    const fetchAccessToken = useCallback(async (): Promise<string | null> => {
      const token = await newToken();
      if (token === null) setAuthenticated(false);
      return token;
    }, []);
    return useMemo(() => ({ isLoading: false, isAuthenticated, fetchAccessToken }), [isAuthenticated, fetchAccessToken]);
  };
}

/** Null for who is signed out. */
async function newToken(): Promise<string | null> {
  for (const delayMs of RETRY_DELAYS_MS) {
    const response = await fetch("/auth/token", { method: "POST" }).catch(() => null);
    if (response?.ok) return ((await response.json()) as { token: string }).token;
    if (response?.status === 401) return null;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
  throw new Error("The session could not be renewed: the server of this page does not answer.");
}

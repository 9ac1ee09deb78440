/** Who looks at this page. */
import { useConvexAuth, useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";
import type { Me } from "../lib/me";

/** @returns null for somebody who is not signed in, undefined while that is not known yet. */
export function useMe(): Me | null | undefined {
  const { isLoading, isAuthenticated } = useConvexAuth();
  const me = useQuery(api.viewer.me, isAuthenticated ? {} : "skip");
  return isLoading ? undefined : isAuthenticated ? me : null;
}

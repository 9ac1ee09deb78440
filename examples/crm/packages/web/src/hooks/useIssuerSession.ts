/** The session with the issuer, for the buttons that begin and end it. */
import { createContext, useContext } from "react";
import type { IssuerSession } from "../lib/issuerSession";

export const IssuerSessionContext = createContext<IssuerSession | null>(null);

export function useIssuerSession(): IssuerSession {
  const session = useContext(IssuerSessionContext);
  if (session === null) throw new Error("useIssuerSession found no IssuerSessionContext above it. Wrap the app in one.");
  return session;
}

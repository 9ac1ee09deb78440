/** What an example says about its issuer. */
import type { Account } from "./accounts.js";
import type { Algorithm } from "./signing-key.js";

export interface IssuerSettings {
  /** As people call the app that they sign in to. */
  readonly app: string;
  /** The `applicationID` of the app's `convex/auth.config.ts`. */
  readonly audience: string;
  readonly algorithm: Algorithm;
  readonly accounts: readonly Account[];
  /** What to set in the deployment. `keys` are the public keys as a data URI. */
  readonly variables: (issuer: { readonly url: string; readonly keys: string }) => Readonly<Record<string, string>>;
}

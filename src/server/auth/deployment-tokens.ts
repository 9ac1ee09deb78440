/** Tokens of the deployment itself: whom they are from, and where whoever gets one finds what verifies it. */
import type { TokenSigner } from "../../functions/sign-jwt.js";
import { APP_COMPONENT_PATH } from "../../functions/component-path.js";
import { SIGNING_ALGORITHM, type SigningKeys } from "./signing-keys.js";

export const KEYS_PATH = "/.well-known/jwks.json";
export const CONFIGURATION_PATH = "/.well-known/openid-configuration";

export function deploymentTokens(keys: SigningKeys, cloudOrigin: string): TokenSigner {
  return {
    sign: ({ componentPath, claims, issuedAt, expiresAt }) => keys.sign({ typ: "JWT" }, { ...claims, iss: issuerOf(cloudOrigin, componentPath), iat: issuedAt, exp: expiresAt }),
  };
}

/** A component is an issuer of its own: what it signs does not speak for the app. */
function issuerOf(cloudOrigin: string, componentPath: string): string {
  return componentPath === APP_COMPONENT_PATH ? cloudOrigin : `${cloudOrigin}/components/${componentPath}`;
}

/** OpenID Connect Discovery 1.0, as far as verifying tokens needs it: the deployment has no sign-in pages. */
export function openIdConfiguration(cloudOrigin: string): object {
  return {
    issuer: cloudOrigin,
    jwks_uri: `${cloudOrigin}${KEYS_PATH}`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
  };
}

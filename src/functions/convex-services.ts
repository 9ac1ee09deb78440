/**
 * `getServiceToken` and `getServiceUrl`: credentials and addresses of services that Convex runs for deployments of its cloud.
 * There are none for others, so these calls say so, with the code that the public documentation names.
 */
import { FunctionError } from "./errors.js";

export const SERVICE_METHODS: ReadonlyMap<string, string> = new Map([
  ["1.0/createServiceToken", "getServiceToken"],
  ["1.0/getServiceUrl", "getServiceUrl"],
]);

/** `method` as the package exports it. */
export function serviceRefusal(method: string, service: unknown, caller: "action" | "query" | "mutation"): FunctionError {
  if (caller !== "action") return new FunctionError(`\`${method}\` can only be called in actions, not in a ${caller}.`);
  if (service !== "ai-gateway") return new FunctionError(`UnknownService: \`${method}\` knows no service ${JSON.stringify(service ?? null).slice(0, 64)}, and a self-hosted deployment has none.`);
  return new FunctionError("AiGatewayUnavailable: the Convex AI Gateway serves deployments of Convex Cloud only. Call the provider of the model directly, with its own API key in an environment variable.");
}

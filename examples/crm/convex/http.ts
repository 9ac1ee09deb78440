/**
 * The REST interface, for programs: `/v1/…`, with an API key. `GET /v1` lists it. One HTTP action serves all endpoints of a
 * method that share what stands before their first parameter, since that is what the router tells apart.
 */
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { METHODS, routeOf } from "./rest/endpoint";
import type { Endpoint } from "./rest/endpoint";
import { companyEndpoints } from "./rest/routes/company";
import { contactEndpoints } from "./rest/routes/contacts";
import { dealEndpoints } from "./rest/routes/deals";
import { json, serve } from "./rest/serve";
import { takeDelivery, WEBHOOK_PREFIX } from "./rest/webhook";

const ENDPOINTS: readonly Endpoint[] = [...companyEndpoints, ...contactEndpoints, ...dealEndpoints];

const http = httpRouter();

for (const [key, endpoints] of groupByRoute(ENDPOINTS)) {
  const handler = httpAction((ctx, request) => serve(ctx, request, endpoints));
  const { method, route } = JSON.parse(key) as { method: Endpoint["method"]; route: ReturnType<typeof routeOf> };
  http.route({ ...route, method, handler });
}

http.route({ pathPrefix: WEBHOOK_PREFIX, method: "POST", handler: httpAction(takeDelivery) });

http.route({
  path: "/v1",
  method: "GET",
  handler: httpAction(async () => {
    const endpoints = ENDPOINTS.map(({ method, path, scope, summary }) => ({ method, path, scope, summary }));
    const webhook = { method: "POST", path: `${WEBHOOK_PREFIX}{company}`, scope: null, summary: "A lead of a web form, signed; no key" };
    return json({ name: "Ferry", version: 1, authorization: "Bearer <API key>", endpoints: [...endpoints, webhook] });
  }),
});

// Whatever else is asked for below /v1 says so in the form of all other answers.
for (const method of METHODS) http.route({ pathPrefix: "/v1/", method, handler: httpAction((ctx, request) => serve(ctx, request, [])) });

export default http;

function groupByRoute(endpoints: readonly Endpoint[]): Map<string, Endpoint[]> {
  const groups = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const key = JSON.stringify({ method: endpoint.method, route: routeOf(endpoint.path) });
    groups.set(key, [...(groups.get(key) ?? []), endpoint]);
  }
  return groups;
}

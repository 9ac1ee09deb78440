/** What each framework does on its own server, before a page goes to a browser. */
import { ConvexQueryClient, convexQuery } from "@convex-dev/react-query";
import { QueryClient } from "@tanstack/react-query";
import { fetchQuery, preloadQuery } from "convex/nextjs";
import { ConvexReactClient } from "convex/react";
import { convexLoad, initConvex } from "convex-svelte/sveltekit";
import { convexVue, useConvexQuery } from "convex-vue";
import { renderToString } from "react-dom/server";
import { createSSRApp, defineComponent, h, Suspense } from "vue";
import { renderToString as renderVueToString } from "vue/server-renderer";
import { messages, type Message } from "./api.js";
import { App, type Fetched } from "./next.js";

export interface Request {
  readonly url: string;
  readonly channel: string;
  readonly token: string;
}

/** A server component that preloads, and its client component rendered on the server. */
export async function renderNextPage({ url, channel, token }: Request): Promise<{ html: string; state: Fetched }> {
  const state = { messages: await preloadQuery(messages.list, { channel }, { url }), user: await fetchQuery(messages.user, {}, { url, token }) };
  const html = renderToString(<App client={new ConvexReactClient(url)} channel={channel} fetched={state} />);
  return { html, state };
}

/** A component that awaits its query, as `useConvexQuery` offers for server rendering. */
export async function renderVuePage({ url, channel }: Request): Promise<string> {
  const List = defineComponent(async () => {
    const { data, suspense } = useConvexQuery(messages.list, { channel });
    await suspense();
    return () =>
      h(
        "ul",
        data.value?.map(({ body }) => h("li", body)),
      );
  });
  const app = createSSRApp(() => h(Suspense, null, { default: () => h(List) }));
  app.use(convexVue, { url });
  return await renderVueToString(app);
}

/** A `load` function of SvelteKit. */
export async function loadSvelteKitPage({ url, channel, token }: Request): Promise<{ messages: Message[]; user: string }> {
  initConvex(url);
  const { data } = await convexLoad(messages.list, { channel });
  return { messages: data ?? [], user: (await convexLoad(messages.user, {}, { token })).data ?? "" };
}

/** Two queries of one page, from the same moment: the server's half of TanStack Query. */
export async function prefetchReactQueryPage({ url, channel }: Request): Promise<{ messages: Message[]; first: string }> {
  const convexQueryClient = new ConvexQueryClient(url);
  const queryClient = new QueryClient({ defaultOptions: { queries: { queryKeyHashFn: convexQueryClient.hashFn(), queryFn: convexQueryClient.queryFn() } } });
  convexQueryClient.connect(queryClient);
  const [list, first] = await Promise.all([queryClient.fetchQuery(convexQuery(messages.list, { channel })), queryClient.fetchQuery(convexQuery(messages.first, { channel }))]);
  queryClient.clear();
  return { messages: list, first };
}

import { useState, type FormEvent, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { convexQuery, ConvexQueryClient, useConvexAction, useConvexMutation, useConvexPaginatedQuery } from "@convex-dev/react-query";
import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { codeOf, messages, MESSAGES_IN_PAGE } from "./api.js";
import { signInOrOut, useSession } from "./sessions.js";

const convexClient = new ConvexReactClient(settings.url);
const convexQueryClient = new ConvexQueryClient(convexClient);
const queryClient = new QueryClient({ defaultOptions: { queries: { queryKeyHashFn: convexQueryClient.hashFn(), queryFn: convexQueryClient.queryFn(), retry: false } } });
convexQueryClient.connect(queryClient);

const { channel } = settings;

function Page(): ReactNode {
  const [body, setBody] = useState("");
  const list = useQuery(convexQuery(messages.list, { channel }));
  const first = useQuery(convexQuery(messages.first, { channel }));
  const user = useQuery(convexQuery(messages.user, {}));
  const page = useConvexPaginatedQuery(messages.page, { channel: "archive" }, { initialNumItems: MESSAGES_IN_PAGE });
  const sendOptimistically = useConvexMutation(messages.send).withOptimisticUpdate((store, args) => {
    const shown = store.getQuery(messages.list, { channel }) ?? [];
    store.setQuery(messages.list, { channel }, [...shown, { _id: "unsent", body: `${args.body} (sending)` }]);
  });
  const send = useMutation({ mutationFn: sendOptimistically });
  const shout = useMutation({ mutationFn: useConvexAction(messages.shout) });
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate({ channel, body });
  };
  return (
    <>
      <button id="sign" onClick={signInOrOut}>
        sign in or out
      </button>
      {list.isPending ? <p>Loading…</p> : <ul id="messages">{list.data?.map(({ _id, body }) => <li key={_id}>{body}</li>)}</ul>}
      <p id="first">{first.error === null ? first.data : codeOf(first.error)}</p>
      <p id="user">{user.data ?? "nobody"}</p>
      <ul id="page">
        {page.results.map(({ _id, body }) => (
          <li key={_id}>{body}</li>
        ))}
      </ul>
      {page.status === "CanLoadMore" && (
        <button id="more" onClick={() => page.loadMore(MESSAGES_IN_PAGE)}>
          more
        </button>
      )}
      <form onSubmit={handleSubmit}>
        <input name="body" value={body} onChange={(event) => setBody(event.target.value)} />
        <button id="send">send</button>
      </form>
      <p id="error">{send.error === null ? "" : codeOf(send.error)}</p>
      <button id="shout" onClick={() => shout.mutate({ body })}>
        shout
      </button>
      <p id="shouted">{shout.data}</p>
    </>
  );
}

createRoot(document.body).render(
  <ConvexProviderWithAuth client={convexClient} useAuth={useSession}>
    <QueryClientProvider client={queryClient}>
      <Page />
    </QueryClientProvider>
  </ConvexProviderWithAuth>,
);

/** A page of Next.js without Next.js: the test's server fetches and renders `App`, this hydrates it. */
import { useState, type FormEvent, type ReactNode } from "react";
import { ConvexProvider, usePreloadedQuery, useAction, useMutation, useQuery, type ConvexReactClient, type Preloaded } from "convex/react";
import { messages } from "./api.js";

export interface Fetched {
  readonly messages: Preloaded<typeof messages.list>;
  /** Of the user that the request's token names. */
  readonly user: string;
}

export function App({ client, ...props }: PageProps & { readonly client: ConvexReactClient }): ReactNode {
  return (
    <ConvexProvider client={client}>
      <Page {...props} />
    </ConvexProvider>
  );
}

interface PageProps {
  readonly channel: string;
  readonly fetched: Fetched;
}

function Page({ channel, fetched }: PageProps): ReactNode {
  const [body, setBody] = useState("");
  const [error, setError] = useState("");
  const [shouted, setShouted] = useState("");
  const list = usePreloadedQuery(fetched.messages);
  const count = useQuery(messages.list, { channel })?.length;
  const send = useMutation(messages.send);
  const shout = useAction(messages.shout);
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    send({ channel, body }).catch((failure: { data: { code: string } }) => setError(failure.data.code));
  };
  return (
    <>
      <ul id="messages">
        {list.map((message) => (
          <li key={message._id}>{message.body}</li>
        ))}
      </ul>
      <p id="count">{count}</p>
      <p id="user">{fetched.user}</p>
      <form onSubmit={handleSubmit}>
        <input name="body" value={body} onChange={(event) => setBody(event.target.value)} />
        <button id="send">send</button>
      </form>
      <p id="error">{error}</p>
      <button id="shout" onClick={() => void shout({ body }).then(setShouted)}>
        shout
      </button>
      <p id="shouted">{shouted}</p>
    </>
  );
}

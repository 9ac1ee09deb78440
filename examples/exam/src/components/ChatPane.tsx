/** A chat as a pane: its head, the messages, who is typing, and the composer. */
import { useQuery } from "convex/react";
import { useState } from "react";
import type { ReactNode } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { useChat } from "../hooks/useChat";
import type { Me } from "../hooks/useChat";
import { useDraft } from "../hooks/useDraft";
import { useTypingSignal } from "../hooks/useTypingSignal";
import { EXEMPT_ATTRIBUTE } from "../hooks/useViolations";
import { describeFailure } from "../lib/failure";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { useToasts } from "./Toasts";

interface ChatPaneProps {
  /** Undefined while it is loading, null when there is none. */
  chatId: Id<"chats"> | null | undefined;
  me: Me;
  head: ReactNode;
  /** Whom a message goes to, within a sentence. */
  partner: string;
  /** What to say when there is no chat. */
  noChat: string;
}

export function ChatPane({ chatId, me, head, partner, noChat }: ChatPaneProps) {
  return (
    <>
      <div className="pane-head chat-head">{head}</div>
      {chatId === undefined && <div className="timeline" aria-busy="true" />}
      {chatId === null && <p className="empty hint">{noChat}</p>}
      {chatId !== undefined && chatId !== null && <OpenChat key={chatId} chatId={chatId} me={me} partner={partner} />}
    </>
  );
}

function OpenChat({ chatId, me, partner }: { chatId: Id<"chats">; me: Me; partner: string }) {
  const { messages, send } = useChat(chatId, me);
  const draft = useDraft(chatId);
  const signalTyping = useTypingSignal(chatId, me.typingBeatMs);
  const report = useToasts();
  // Counts what was sent from here: each increase takes the reader to the end of the list.
  const [sentCount, setSentCount] = useState(0);

  const write = (text: string) => {
    draft.write(text);
    signalTyping(text);
  };
  const submit = () => {
    const body = draft.text;
    write("");
    setSentCount((count) => count + 1);
    send(body).catch((error: unknown) => {
      draft.restore(body);
      report(describeFailure("The message was not sent", error));
    });
  };

  return (
    <div className="chat" {...{ [EXEMPT_ATTRIBUTE]: true }}>
      <MessageList messages={messages} me={me} partner={partner} sentCount={sentCount} />
      <TypingLine chatId={chatId} />
      <Composer partner={partner} text={draft.text} onChange={write} onSubmit={submit} />
    </div>
  );
}

function TypingLine({ chatId }: { chatId: Id<"chats"> }) {
  const names = useQuery(api.typing.list, { chatId }) ?? [];
  return (
    <p className="typing" role="status" data-testid="typing" data-active={names.length > 0}>
      {names.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {names.join(", ")} {names.length === 1 ? "is" : "are"} typing
        </>
      )}
    </p>
  );
}

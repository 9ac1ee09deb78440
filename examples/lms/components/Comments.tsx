"use client";
/** What readers say below a lesson, the newest first. */
import { useMutation, usePaginatedQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useState } from "react";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { COMMENT_LENGTH_MAX } from "@/convex/model/limits";
import { useAct } from "@/hooks/useAct";
import { formatTime } from "@/lib/format";
import { COMMENTS_PAGE } from "@/lib/pages";
import { MoreButton } from "./MoreButton";
import { SkeletonRows } from "./Skeleton";

type Comment = FunctionReturnType<typeof api.comments.list>["page"][number];

export function Comments({ lessonId }: { lessonId: Id<"lessons"> }) {
  const { results: comments, status, loadMore } = usePaginatedQuery(api.comments.list, { lessonId }, { initialNumItems: COMMENTS_PAGE });
  return (
    <section className="comments" aria-labelledby="comments-title">
      <h2 id="comments-title">Questions and comments</h2>
      <NewComment lessonId={lessonId} />
      {status === "LoadingFirstPage" ? (
        <SkeletonRows count={2} label="Loading the comments" />
      ) : comments.length === 0 ? (
        <p className="empty">Nobody has asked anything yet.</p>
      ) : (
        <ul data-testid="comments">
          {comments.map((comment) => (
            <CommentRow key={comment._id} comment={comment} />
          ))}
        </ul>
      )}
      <MoreButton status={status} onMore={() => loadMore(COMMENTS_PAGE)} />
    </section>
  );
}

function NewComment({ lessonId }: { lessonId: Id<"lessons"> }) {
  const add = useMutation(api.comments.add);
  const { isBusy, run } = useAct();
  const [body, setBody] = useState("");
  const send = async () => {
    const written = body;
    setBody("");
    // What was refused is back in the field.
    if ((await run("The comment was not sent", () => add({ lessonId, body: written }))) === undefined) setBody(written);
  };
  return (
    <form
      className="new-comment"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea value={body} onChange={(event) => setBody(event.target.value)} rows={2} maxLength={COMMENT_LENGTH_MAX} placeholder="Ask, or add something" aria-label="Your comment" data-testid="new-comment" />
      <button className="button" disabled={body.trim() === ""} data-testid="send-comment">
        {isBusy ? "Sending" : "Send"}
      </button>
    </form>
  );
}

function CommentRow({ comment: { _id: commentId, _creationTime, author, body, isByTeacher, isRemovable } }: { comment: Comment }) {
  const remove = useMutation(api.comments.remove);
  const { isBusy, run } = useAct();
  return (
    <li className="comment" data-testid="comment">
      <p className="comment-head">
        <strong>{author}</strong>
        {isByTeacher && <span className="tag">Teacher</span>}
        <time dateTime={new Date(_creationTime).toISOString()}>{formatTime(_creationTime)}</time>
        {isRemovable && (
          <button className="link" disabled={isBusy} onClick={() => void run("The comment was not removed", () => remove({ commentId }))}>
            Remove
          </button>
        )}
      </p>
      <p className="comment-body">{body}</p>
    </li>
  );
}

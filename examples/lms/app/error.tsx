"use client";
/** What a failing query throws while rendering: another try, or a way back, in place of a blank page. */
import Link from "next/link";
import { Mark } from "@/components/Icons";
import { isLmsError } from "@/convex/model/errors";
import { describeFailure } from "@/lib/failure";

interface FailureProps {
  readonly error: Error;
  readonly reset: () => void;
}

export default function Failure({ error, reset }: FailureProps) {
  return (
    <main className="full-page" role="alert" data-testid="query-error">
      <Mark />
      <h1>{isLmsError(error) && error.data.code === "NOT_FOUND" ? "This page is gone" : "This page cannot be shown"}</h1>
      <p>{isLmsError(error) ? error.data.message : describeFailure("It could not be read", error)}</p>
      <div className="button-row">
        <button className="button" data-kind="primary" onClick={reset}>
          Try again
        </button>
        {isLmsError(error) && ["NOT_SIGNED_IN", "NOT_REGISTERED"].includes(error.data.code) ? (
          <a className="button" href="/auth/sign-in">
            Sign in
          </a>
        ) : (
          <Link className="button" href="/">
            To your courses
          </Link>
        )}
      </div>
    </main>
  );
}

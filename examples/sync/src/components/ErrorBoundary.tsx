/** Catches what a failing query throws while rendering, and offers another try or another account instead of a blank page. */
import { Component } from "react";
import type { ReactNode } from "react";
import { useIssuerSession } from "../hooks/useIssuerSession";
import { describeFailure } from "../lib/failure";
import { Mark } from "./Icons";

interface ErrorBoundaryState {
  error: Error | null;
}

export class ErrorBoundary extends Component<{ children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null };

  static getDerivedStateFromError(error: Error): ErrorBoundaryState {
    return { error };
  }

  override render() {
    const { error } = this.state;
    return error === null ? this.props.children : <FailureScreen error={error} onRetry={() => this.setState({ error: null })} />;
  }
}

function FailureScreen({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const session = useIssuerSession();
  const signOut = () => {
    session.signOut();
    onRetry();
  };
  return (
    <div className="full-page" role="alert" data-testid="query-error">
      <Mark />
      <h1>This page cannot be shown</h1>
      <p>{describeFailure("A query failed", error)}</p>
      <div className="dialog-buttons">
        <button className="button" data-kind="quiet" onClick={signOut}>
          Use another account
        </button>
        <button className="button" onClick={onRetry}>
          Try again
        </button>
      </div>
    </div>
  );
}

/** Catches what a failing query throws while rendering, and offers another try instead of a blank page. */
import { Component } from "react";
import type { ReactNode } from "react";
import { HallMark } from "./Icons";

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
    if (error === null) return this.props.children;
    return (
      <div className="full-page" role="alert" data-testid="query-error">
        <HallMark />
        <h1>Something went wrong</h1>
        <p>A query failed on the server. If the deployment was just started, its functions may not be pushed yet.</p>
        <pre>{error.message}</pre>
        <button className="button" onClick={() => this.setState({ error: null })}>
          Try again
        </button>
      </div>
    );
  }
}

/** Catches what a failing query throws while rendering, and offers another try instead of a blank page. */
import { Component } from "react";
import type { ReactNode } from "react";
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
    if (error === null) return this.props.children;
    return (
      <main className="full-page" role="alert" data-testid="query-error">
        <Mark />
        <h1>This page cannot be shown</h1>
        <p>{describeFailure("A query failed", error)}</p>
        <button className="button" onClick={() => this.setState({ error: null })}>
          Try again
        </button>
      </main>
    );
  }
}

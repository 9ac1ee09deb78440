/** Catches what a failing query throws while rendering, and offers another try instead of a blank page. */
import { Component } from "react";
import type { ReactNode } from "react";
import { describeFailure } from "../lib/failure";
import { AlertIcon } from "./Icons";

interface ErrorBoundaryProps {
  children: ReactNode;
  /** Another one is another try: a new page, another role. */
  resetKey: string;
}

interface ErrorBoundaryState {
  error: Error | null;
  resetKey: string;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: Error): Partial<ErrorBoundaryState> {
    return { error };
  }

  static getDerivedStateFromProps({ resetKey }: ErrorBoundaryProps, state: ErrorBoundaryState): Partial<ErrorBoundaryState> | null {
    return resetKey === state.resetKey ? null : { error: null, resetKey };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="empty" role="alert" data-testid="query-error">
        <AlertIcon />
        <h2>This cannot be shown</h2>
        <p>{describeFailure("A query was refused", error)}</p>
        <button className="button" data-kind="quiet" onClick={() => this.setState({ error: null })}>
          Try again
        </button>
      </div>
    );
  }
}

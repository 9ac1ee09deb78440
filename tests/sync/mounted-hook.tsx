/** A hook in a mounted component, with everything that it has returned, and the error that reached its boundary. */
import { Component, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { ConvexProvider, ConvexReactClient } from "convex/react";
import { until, type TestServer } from "../harness.js";
import { NODE_WEB_SOCKET } from "./base-client.js";

/** The only part of a document that is needed here, so that the types of browsers stay out of the server's. */
declare const document: { createElement(name: string): Element };

/** Closed together with the server. */
export function reactClient(server: TestServer): ConvexReactClient {
  return server.adopt(new ConvexReactClient(server.url, { logger: false, unsavedChangesWarning: false, webSocketConstructor: NODE_WEB_SOCKET }));
}

export class MountedHook<Props, Result> {
  readonly results: Result[] = [];
  error: Error | null = null;
  readonly #root: Root;
  #attempt = 0;

  constructor(
    private readonly client: ConvexReactClient,
    private readonly useHook: (props: Props) => Result,
    props: Props,
  ) {
    // The boundary below is what is being tested; React's own report of the error is noise.
    this.#root = createRoot(document.createElement("div"), { onCaughtError: () => undefined });
    this.render(props);
  }

  get last(): Result {
    return this.results.at(-1)!;
  }

  render(props: Props): void {
    this.#root.render(
      <ConvexProvider client={this.client}>
        <Boundary key={this.#attempt} onError={(error) => (this.error = error)}>
          <Caller call={() => this.results.push(this.useHook(props))} />
        </Boundary>
      </ConvexProvider>,
    );
  }

  /** What a "try again" button of an error boundary does. */
  retry(props: Props): void {
    this.error = null;
    this.#attempt++;
    this.render(props);
  }

  until(condition: (result: Result) => boolean, what: string): Promise<boolean> {
    return until(() => this.results.length > 0 && condition(this.last), what);
  }

  unmount(): void {
    this.#root.unmount();
  }
}

function Caller({ call }: { readonly call: () => void }): ReactNode {
  call();
  return null;
}

interface BoundaryProps {
  readonly onError: (error: Error) => void;
  readonly children: ReactNode;
}

class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: Error): void {
    this.props.onError(error);
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}

/** Starts the app: one client for the whole page, or the set-up screen when the deployment's address is missing. */
import { ConvexProvider } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { SetUpScreen } from "./components/SetUpScreen";
import { ToastProvider } from "./components/Toasts";
import { openClient } from "./lib/client";
import "./styles/index.css";

const root = createRoot(document.getElementById("root")!);
const client = openClient(import.meta.env.VITE_CONVEX_URL);

if (client === null) {
  root.render(<SetUpScreen />);
} else {
  root.render(
    <StrictMode>
      <ConvexProvider client={client}>
        <ErrorBoundary>
          <ToastProvider>
            <App />
          </ToastProvider>
        </ErrorBoundary>
      </ConvexProvider>
    </StrictMode>,
  );
}

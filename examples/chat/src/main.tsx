/** Starts the app: one client for the whole page, or the set-up screen when no deployment is named. */
import { ConvexProvider, ConvexReactClient } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { SetUpScreen } from "./components/SetUpScreen";
import { ToastProvider } from "./components/Toasts";
import "./styles.css";

const root = createRoot(document.getElementById("root")!);
const deploymentUrl = import.meta.env.VITE_CONVEX_URL;

if (deploymentUrl === undefined || deploymentUrl === "") {
  root.render(<SetUpScreen />);
} else {
  const client = new ConvexReactClient(deploymentUrl);
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

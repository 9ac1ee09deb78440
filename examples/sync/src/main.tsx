/** Starts the app: one client and one session with the issuer for the whole page, or the set-up screen when an address is missing. */
import { ConvexProviderWithAuth } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { SetUpScreen } from "./components/SetUpScreen";
import { ToastProvider } from "./components/Toasts";
import { issuerAuthHook } from "./hooks/useIssuerAuth";
import { IssuerSessionContext } from "./hooks/useIssuerSession";
import { isAddress, openClient } from "./lib/client";
import { IssuerSession } from "./lib/issuerSession";
import "./styles/index.css";

const root = createRoot(document.getElementById("root")!);
const { VITE_CONVEX_URL: deploymentUrl, VITE_WHITEBOARD_ISSUER: issuerUrl } = import.meta.env;
const client = openClient(deploymentUrl);

if (client === null || !isAddress(issuerUrl)) {
  root.render(<SetUpScreen />);
} else {
  const session = new IssuerSession(issuerUrl);
  const useAuth = issuerAuthHook(session);
  root.render(
    <StrictMode>
      <IssuerSessionContext value={session}>
        <ConvexProviderWithAuth client={client} useAuth={useAuth}>
          <ErrorBoundary>
            <ToastProvider>
              <App />
            </ToastProvider>
          </ErrorBoundary>
        </ConvexProviderWithAuth>
      </IssuerSessionContext>
    </StrictMode>,
  );
}

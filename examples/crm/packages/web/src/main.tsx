/** Starts the app: one client and one session with the issuer for the whole page, or the set-up screen when an address is missing. */
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { SetUpScreen } from "./components/FullPage";
import { ToastProvider } from "./components/Toasts";
import { issuerAuthHook } from "./hooks/useIssuerAuth";
import { IssuerSessionContext } from "./hooks/useIssuerSession";
import { IssuerSession } from "./lib/issuerSession";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/pages.css";

const root = createRoot(document.getElementById("root")!);
const { VITE_CONVEX_URL: deploymentUrl, VITE_CRM_ISSUER: issuerUrl } = import.meta.env;

if (!deploymentUrl || !issuerUrl) {
  root.render(<SetUpScreen />);
} else {
  const client = new ConvexReactClient(deploymentUrl);
  const session = new IssuerSession(issuerUrl);
  const useAuth = issuerAuthHook(session);
  root.render(
    <StrictMode>
      <IssuerSessionContext value={session}>
        <ConvexProviderWithAuth client={client} useAuth={useAuth}>
          <ToastProvider>
            <ErrorBoundary resetKey="">
              <App />
            </ErrorBoundary>
          </ToastProvider>
        </ConvexProviderWithAuth>
      </IssuerSessionContext>
    </StrictMode>,
  );
}

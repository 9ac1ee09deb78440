"use client";
/** One client of the deployment for all pages, which speaks for whoever is signed in. */
import { ConvexProviderWithAuth, ConvexReactClient } from "convex/react";
import { useState, type ReactNode } from "react";
import { sessionHook } from "@/hooks/useSession";
import { ToastProvider } from "./Toasts";

interface ProvidersProps {
  readonly isSignedIn: boolean;
  readonly children: ReactNode;
}

export function Providers({ isSignedIn, children }: ProvidersProps) {
  const [client] = useState(() => new ConvexReactClient(process.env.NEXT_PUBLIC_CONVEX_URL!));
  const [useSession] = useState(() => sessionHook(isSignedIn));
  return (
    <ConvexProviderWithAuth client={client} useAuth={useSession}>
      <ToastProvider>{children}</ToastProvider>
    </ConvexProviderWithAuth>
  );
}

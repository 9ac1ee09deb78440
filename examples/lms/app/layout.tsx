/** The frame of all pages. Who is signed in is known from a cookie, so the first HTML is theirs already. */
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Header } from "@/components/Header";
import { Providers } from "@/components/Providers";
import { SetUpScreen } from "@/components/SetUpScreen";
import { isAddress } from "@/lib/address";
import { isSignedIn } from "@/lib/session";
import "@/styles/index.css";

export const metadata: Metadata = { title: { default: "Lectern", template: "%s · Lectern" }, description: "Courses, lessons and grades that keep themselves up to date.", icons: "/lectern.svg" };
export const viewport: Viewport = { themeColor: [{ media: "(prefers-color-scheme: light)", color: "#f6f2ea" }, { media: "(prefers-color-scheme: dark)", color: "#16131f" }] };

export default async function Layout({ children }: { children: ReactNode }) {
  const isReady = isAddress(process.env.NEXT_PUBLIC_CONVEX_URL);
  return (
    <html lang="en">
      <body>
        {isReady ? (
          <Providers isSignedIn={await isSignedIn()}>
            <Header />
            {children}
          </Providers>
        ) : (
          <SetUpScreen />
        )}
      </body>
    </html>
  );
}

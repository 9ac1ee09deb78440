import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  // `npm run build` and `npm run typecheck` ask the compiler themselves, for the functions too.
  typescript: { ignoreBuildErrors: true },
  // The examples beside this one have lock files of their own.
  turbopack: { root: import.meta.dirname },
};

export default config;

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `.env.local` is the whole app's, where `convex` and `rivulet` write theirs.
export default defineConfig({ plugins: [react()], envDir: "../.." });

// What `convex dev --start` starts beside itself: says where it was told that the deployment is.
import { readFileSync } from "node:fs";

const [, url] = /^(?:CONVEX_URL|VITE_CONVEX_URL)='?([^'\n]*)/m.exec(readFileSync(".env.local", "utf8")) ?? [];
console.log(`The page is for ${process.env.CONVEX_URL ?? url}`);

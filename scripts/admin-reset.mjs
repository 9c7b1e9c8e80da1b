// `npm run admin:reset -- you@example.com`: prints a one-time link to a new password. It needs no build of the pages.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "./build-server.mjs";

process.env.NODE_ENV ??= "production";
process.env.LOG_LEVEL ??= "warn";
await bundle({ "admin-reset": "lib/auth/resets/admin-reset-main.ts" });
await import(pathToFileURL(join("dist", "admin-reset.mjs")).href);

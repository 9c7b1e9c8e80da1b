import { fileURLToPath } from "node:url";

// Next itself is two folders up. Types are checked with the rest of the project.
export default {
  turbopack: { root: fileURLToPath(new URL("../..", import.meta.url)) },
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  compress: false,
};

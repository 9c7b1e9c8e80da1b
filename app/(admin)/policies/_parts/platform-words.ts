const words: Record<string, string> = { darwin: "macOS", windows: "Windows", linux: "Linux", chrome: "ChromeOS" };

/** A policy's platform list in words. */
export function platformWords(platform: string): string {
  if (platform === "") return "All platforms";
  return platform
    .split(",")
    .map((part) => words[part] ?? part)
    .join(", ");
}

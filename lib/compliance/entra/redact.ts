const excerptLength = 300;

/** Takes out what no log, row or answer may hold: tokens, assertions, secrets, and people's addresses. */
export function redact(text: string): string {
  return text
    .replace(/eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, "[token removed]")
    .replace(/\b(client_secret|client_assertion|access_token|refresh_token|id_token|code)(["']?\s*[=:]\s*["']?)[^"'&\s,}]+/gi, "$1$2[removed]")
    .replace(/\bBearer\s+[\w.~+/=-]+/gi, "Bearer [removed]")
    .replace(/[^\s"'<>(),;:=/]+@[^\s"'<>(),;:=/]+\.[^\s"'<>(),;:=/]+/g, "[address removed]");
}

/** The start of an answer, at most 300 characters on one line, redacted. */
export function redactedExcerpt(text: string): string {
  const line = redact(text.slice(0, 4 * excerptLength))
    .replace(/\s+/g, " ")
    .trim();
  return line.length > excerptLength ? `${line.slice(0, excerptLength)}…` : line;
}

/** Method-and-path form of an address for logs: no query, no person. */
export function redactedPath(address: string): string {
  if (!URL.canParse(address)) return "[unreadable address]";
  const { host, pathname } = new URL(address);
  return `${host}${pathname.replace(/(\/users)(\/|\(').*/i, "$1/[removed]")}`;
}

/** The head of one request: what comes before its body. Header names are in lower case. */
export interface RequestHead {
  method: string;
  /** With its query, as it was sent. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Bytes that follow the head; 0 without a body. */
  contentLength: number;
}

const mostHeaders = 40;
const requestLine = /^(GET|HEAD|POST) (\/[\x21-\x7e]*) HTTP\/1\.1$/;
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*((?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?)[ \t]*$/;
// What they ask for changes how a request is read or answered.
const changeTheReading = new Set(["transfer-encoding", "content-encoding", "expect", "upgrade", "trailer", "te", "http2-settings", "proxy-connection"]);

/**
 * Reads the head of a request of the plainest kind, without its closing empty line: HTTP/1.1, visible ASCII, no header twice, a body only by one
 * Content-Length. Null for anything else, right or wrong: node:http, which knows all the rest, decides what that is.
 */
export function readRequestHead(text: string): RequestHead | null {
  const [first = "", ...lines] = text.split("\r\n");
  const [, method, path] = requestLine.exec(first) ?? [];
  if (method === undefined || path === undefined || lines.length > mostHeaders) return null;
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const [, written, value = ""] = headerLine.exec(line) ?? [];
    if (written === undefined) return null;
    const name = written.toLowerCase();
    if (name in headers || changeTheReading.has(name)) return null;
    headers[name] = value;
  }
  if (headers.host === undefined) return null;
  if (headers.connection !== undefined && headers.connection.toLowerCase() !== "keep-alive") return null;
  const contentLength = readLength(headers["content-length"], method);
  return contentLength === null ? null : { method, path, headers, contentLength };
}

function readLength(length: string | undefined, method: string): number | null {
  if (length === undefined) return method === "POST" ? null : 0;
  if (!/^[0-9]{1,9}$/.test(length)) return null;
  return method === "POST" || Number(length) === 0 ? Number(length) : null;
}

import { Readable } from "node:stream";
import { gunzip } from "node:zlib";
import { AgentError, type AgentRequest } from "./agent-request";

const maxDepth = 64;
/** Below this no nesting can cost anything; above it depth is looked at before the parser builds it. */
const depthMattersBytes = 65_536;

/**
 * Reads an agent's body as a JSON object; an empty body is an empty object.
 * Bounded in size before and after gunzip, and in depth. Repeated keys: the last counts, as for osqueryd itself.
 * @throws AgentError `body_too_large` 413, `body_unreadable` 400, `encoding_unsupported` 415
 */
export async function readAgentBody(request: AgentRequest, maxBytes: number): Promise<Record<string, unknown>> {
  const declared = Number(first(request.headers["content-length"]) ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  const raw = await readBytes(request.body, maxBytes);
  if (raw.length === 0) return {};
  return parseAgentJson(await decompress(raw, first(request.headers["content-encoding"]), maxBytes));
}

/**
 * Parses what an agent calls JSON.
 * @throws AgentError `body_unreadable` when it isn't an object, or is nested too deeply
 */
export function parseAgentJson(bytes: Buffer): Record<string, unknown> {
  if (bytes.length > depthMattersBytes && isTooDeep(bytes)) throw unreadable(`The body is nested more than ${maxDepth} levels deep.`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw unreadable("The body is not JSON: expected one object.", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable("The body is not a JSON object.");
  return value as Record<string, unknown>;
}

function readBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  return body instanceof Readable ? readStream(body, maxBytes) : readIterable(body, maxBytes);
}

// Events, not an async iterator: this runs for every request of every host.
function readStream(body: Readable, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    body.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        body.removeAllListeners("data");
        body.pause();
        reject(tooLarge(maxBytes));
      } else chunks.push(chunk);
    });
    // An error costs a stack trace, so none is made for a stream that closes after its end, as all do.
    let ended = false;
    body.once("end", () => {
      ended = true;
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    body.once("error", (cause) => reject(unreadable("The body ended before it was whole.", cause)));
    body.once("close", () => {
      if (!ended) reject(unreadable("The body ended before it was whole."));
    });
  });
}

async function readIterable(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof AgentError ? cause : unreadable("The body ended before it was whole.", cause);
  }
  return Buffer.concat(chunks);
}

async function decompress(raw: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  if (encoding === undefined || encoding === "" || encoding.toLowerCase() === "identity") return raw;
  if (encoding.toLowerCase() !== "gzip") throw new AgentError(415, "encoding_unsupported", "Content-Encoding must be gzip or absent.");
  return new Promise((resolve, reject) => {
    gunzip(raw, { maxOutputLength: maxBytes }, (error, bytes) => {
      if (!error) resolve(bytes);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") reject(tooLarge(maxBytes));
      else reject(unreadable("The body is not whole gzip data.", error));
    });
  });
}

function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function tooLarge(maxBytes: number): AgentError {
  // The rest of the body is not read, so the connection can't be used again.
  return new AgentError(413, "body_too_large", `request body too large: at most ${maxBytes} bytes are taken`, { closeConnection: true });
}

function unreadable(message: string, cause?: unknown): AgentError {
  return new AgentError(400, "body_unreadable", message, { cause });
}

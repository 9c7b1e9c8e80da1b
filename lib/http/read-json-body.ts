import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { BadRequestError, FlotillaError } from "../errors";

/** The body is larger than its route takes. */
export class BodyTooLargeError extends FlotillaError {
  readonly status = 413;
}

/** The body came too slowly. */
export class BodyTooSlowError extends FlotillaError {
  readonly status = 408;
}

const defaultMaxBytes = 1024 * 1024;
const defaultTimeoutMs = 30_000;

/**
 * Reads a JSON body, gzipped or not; the bound holds before and after unpacking.
 * @throws BadRequestError `body_missing`, `body_not_json`, `body_not_gzip`; BodyTooLargeError `body_too_large`; BodyTooSlowError `body_too_slow`
 */
export async function readJsonBody(request: Request, { maxBytes = defaultMaxBytes, timeoutMs = defaultTimeoutMs } = {}): Promise<unknown> {
  const text = (await readBody(request, maxBytes, timeoutMs)).toString("utf8");
  if (text.trim() === "") throw new BadRequestError("body_missing", "Expected JSON Body");
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new BadRequestError("body_not_json", "The body isn't JSON. Check its quotes and commas.", { cause });
  }
}

/**
 * Reads a body whole, gzipped or not, within a bound.
 * @throws BadRequestError `body_not_gzip`, `body_unreadable`; BodyTooLargeError `body_too_large`; BodyTooSlowError `body_too_slow`
 */
export async function readBody(request: Request, maxBytes: number, timeoutMs = defaultTimeoutMs): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (!request.body) return Buffer.alloc(0);
  const gzipped = (request.headers.get("content-encoding") ?? "").toLowerCase() === "gzip";
  const source = Readable.fromWeb(request.body as unknown as NodeReadableStream<Uint8Array>);
  const unpacked = gzipped ? source.pipe(createGunzip()) : source;
  // pipe doesn't pass errors on.
  if (gzipped) source.on("error", (error) => unpacked.destroy(error));
  const timer = setTimeout(
    () => unpacked.destroy(new BodyTooSlowError("body_too_slow", `The body didn't arrive within ${timeoutMs / 1000} s. Send it again.`)),
    timeoutMs,
  );
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of unpacked) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof FlotillaError) throw error;
    throw new BadRequestError(
      gzipped ? "body_not_gzip" : "body_unreadable",
      gzipped ? "The body isn't whole gzip, though its header says so." : "The body broke off.",
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    source.destroy();
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): BodyTooLargeError {
  return new BodyTooLargeError("body_too_large", `The body is larger than ${maxBytes} bytes, the most this route takes.`);
}

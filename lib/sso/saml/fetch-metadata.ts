import { lookup as resolveName } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Agent, request } from "undici";
import { FlotillaError, InvalidInputError, UpstreamError } from "../../errors";
import { isOutsideAddress, mayBeFetched, privateAllowed } from "./outside-address";
import { maxMetadataBytes } from "./parse-metadata";

/** What came back. `text` is null when the copy with this tag still holds. */
export interface FetchedMetadata {
  text: string | null;
  etag: string;
}

const totalTimeoutMs = 5000;
const maxRedirects = 3;

/**
 * Fetches metadata from the internet alone: https, every address a name stands for checked and the connection held to the one that was checked, each
 * redirect anew; 5 s in all, 1 MiB. SSO_METADATA_PRIVATE opens private addresses.
 * @throws InvalidInputError `metadata_address_refused`; UpstreamError `metadata_unreachable`
 */
export async function fetchMetadata(address: string, etag = "", resolve: ResolveName = resolveAll): Promise<FetchedMetadata> {
  const signal = AbortSignal.timeout(totalTimeoutMs);
  let at = address;
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const answer = await fetchOnce(at, hops === 0 ? etag : "", signal, resolve);
    if (typeof answer !== "string") return answer;
    at = answer;
  }
  throw unreachable(address, `it was redirected more than ${maxRedirects} times`);
}

/** Every address that a name stands for. */
export type ResolveName = (name: string) => Promise<string[]>;

async function resolveAll(name: string): Promise<string[]> {
  return (await resolveName(name, { all: true, verbatim: true })).map(({ address }) => address);
}

/** One request: the metadata, or the address that it was redirected to. */
async function fetchOnce(address: string, etag: string, signal: AbortSignal, resolve: ResolveName): Promise<FetchedMetadata | string> {
  const url = checkAddress(address);
  const pinned = await checkName(url, signal, resolve);
  // The name isn't looked up a second time: a server that answers differently then would lead inside.
  const lookup: LookupFunction = (_name, options, done) => {
    const family = isIP(pinned);
    if (options.all) done(null, [{ address: pinned, family }]);
    else done(null, pinned, family);
  };
  const dispatcher = new Agent({ connect: { lookup, timeout: totalTimeoutMs } });
  try {
    const headers = { accept: "application/samlmetadata+xml, application/xml, text/xml", ...(etag && { "if-none-match": etag }) };
    const answer = await request(url, { dispatcher, signal, headers, headersTimeout: totalTimeoutMs, bodyTimeout: totalTimeoutMs });
    const header = (name: string) => [answer.headers[name] ?? ""].flat()[0] ?? "";
    if (answer.statusCode === 304 && etag) return { text: null, etag };
    if ([301, 302, 303, 307, 308].includes(answer.statusCode)) {
      const location = header("location");
      if (!URL.canParse(location, url)) throw unreachable(address, "it redirects to nowhere");
      return new URL(location, url).href;
    }
    if (answer.statusCode !== 200) throw unreachable(address, `it answers ${answer.statusCode}`);
    return { text: await readText(answer.body, address), etag: header("etag").slice(0, 300) };
  } catch (cause) {
    if (cause instanceof FlotillaError) throw cause;
    throw unreachable(address, whyUnreachable(cause), cause);
  } finally {
    await dispatcher.destroy();
  }
}

function checkAddress(address: string): URL {
  if (mayBeFetched(address)) return new URL(address);
  throw refused(address, "must begin with https://");
}

async function checkName(url: URL, signal: AbortSignal, resolve: ResolveName): Promise<string> {
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(name) ? [name] : await inTime(resolve(name), signal, url.href);
  const [first] = addresses;
  if (!first) throw unreachable(url.href, "its name stands for no address");
  if (!privateAllowed() && !addresses.every(isOutsideAddress)) {
    throw refused(url.href, "leads into a private network. If that is meant, start the server with SSO_METADATA_PRIVATE=1, or paste the metadata");
  }
  return first;
}

async function inTime(resolved: Promise<string[]>, signal: AbortSignal, address: string): Promise<string[]> {
  const over = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
  try {
    return await Promise.race([resolved, over]);
  } catch (cause) {
    throw unreachable(address, whyUnreachable(cause), cause);
  }
}

async function readText(body: AsyncIterable<Buffer>, address: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxMetadataBytes) throw unreachable(address, "its answer is larger than 1 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function whyUnreachable(cause: unknown): string {
  const { name, code } = cause as { name?: string; code?: string };
  if (name === "TimeoutError" || name === "AbortError") return "no answer within 5 s";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its name isn't known";
  if (code === "ECONNREFUSED") return "it refuses the connection";
  if (code?.includes("CERT") || code?.includes("SIGNATURE")) return "its certificate isn't trusted here";
  return code ?? "the connection broke off";
}

function refused(address: string, why: string): InvalidInputError {
  return new InvalidInputError("metadata_address_refused", `The metadata address ${shown(address)} ${why}.`);
}

function unreachable(address: string, why: string, cause?: unknown): UpstreamError {
  return new UpstreamError("metadata_unreachable", `The metadata can't be fetched from ${shown(address)}: ${why}.`, { cause });
}

function shown(address: string): string {
  return URL.canParse(address) ? new URL(address).host || "this address" : "this address";
}

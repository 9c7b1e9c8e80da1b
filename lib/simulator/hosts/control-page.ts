import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { ComputerPatch } from "./computer";
import { MACS_PER_PAGE, renderMacList, renderMacPage, type MacLinks } from "./control-page-html";
import type { SimulatedFleet } from "./simulated-fleet";
import type { SimulatedHost } from "./simulated-host";

const MAX_BODY_BYTES = 256 * 1024;
const CHECK_IN_PATIENCE_MS = 10_000;

export interface ControlPageOptions {
  fleet: SimulatedFleet;
  /** 0 takes a free port. The page listens on loopback only. */
  port?: number;
  /** Address of the product as a browser reaches it, for the "My device" link. */
  deviceBaseUrl: string;
  /** Address of a sign-in, with `{device}`, `{user}` and `{tenant}` in it; null hides the link. */
  signInUrlTemplate?: string | null;
}

export interface ControlPage {
  url: string;
  close: () => Promise<void>;
}

/** A refused request; the message is for the visitor. */
class RefusedRequest extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Serves the pages and the JSON through which people and scripts break and mend the computers of a fleet.
 * `GET /macs`, `GET /macs/{n}`, `POST /macs/{n}` with a ComputerPatch, `POST /macs/{n}/check-in`; a browser gets pages at the same addresses.
 */
export async function startControlPage(options: ControlPageOptions): Promise<ControlPage> {
  const server = createServer((request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      const refused = error instanceof RefusedRequest ? error : new RefusedRequest(500, error instanceof Error ? error.message : String(error));
      if (response.headersSent) response.destroy();
      else sendJson(response, refused.status, { message: refused.message });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(options: ControlPageOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { host: address = "", origin } = request.headers;
  // only this machine's own pages and scripts: neither a renamed host nor a foreign page may turn switches
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(address)) throw new RefusedRequest(403, "Open this page under 127.0.0.1 or localhost.");
  if (request.method === "POST" && origin !== undefined && origin !== `http://${address}`)
    throw new RefusedRequest(403, "Another site may not change simulated computers.");
  const url = new URL(request.url ?? "/", `http://${address}`);
  const wantsPage = (request.headers.accept ?? "").includes("text/html");
  const [, folder, number, verb] = url.pathname.split("/");
  if (url.pathname === "/" || (folder === "macs" && (number ?? "") === "")) {
    requireMethod(request, "GET");
    return url.pathname === "/" || wantsPage
      ? sendList(options, url, response)
      : sendJson(response, 200, { macs: options.fleet.hosts.map((host) => describe(options, host)) });
  }
  const host = folder === "macs" && /^\d+$/.test(number ?? "") ? options.fleet.hosts[Number(number)] : undefined;
  if (!host)
    throw new RefusedRequest(404, `There is no simulated computer at ${url.pathname}; the fleet has /macs/0 to /macs/${options.fleet.hosts.length - 1}.`);
  if (verb === undefined && request.method === "GET") return sendMac(options, host, wantsPage, url.searchParams.get("notice"), response);
  requireMethod(request, "POST");
  if (verb !== undefined && verb !== "check-in") throw new RefusedRequest(404, `Nothing is at ${url.pathname}; a computer has /check-in.`);
  const isForm = (request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  try {
    if (verb === "check-in" && !host.status.running)
      throw new RefusedRequest(409, `The agent of ${host.computer.identity.computerName} is off; turn it on first.`);
    if (verb === "check-in") await checkIn(host);
    else await host.change(readPatch(await readBody(request), isForm));
  } catch (error) {
    if (!isForm && !wantsPage) throw error;
    const notice = error instanceof Error ? error.message : String(error);
    return redirect(response, `/macs/${number}?notice=${encodeURIComponent(notice)}`);
  }
  if (isForm || wantsPage) return redirect(response, `/macs/${number}`);
  sendJson(response, 200, describe(options, host));
}

/** A visitor is not kept waiting through all the retries of a real agent. */
async function checkIn(host: SimulatedHost): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RefusedRequest(504, "The server has not answered yet; the agent keeps trying.")), CHECK_IN_PATIENCE_MS);
  });
  try {
    await Promise.race([host.refetch(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function requireMethod(request: IncomingMessage, method: string): void {
  if (request.method !== method) throw new RefusedRequest(405, `This address takes ${method}, not ${request.method ?? "that"}.`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new RefusedRequest(413, `A change may have ${MAX_BODY_BYTES} bytes at most.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function readPatch(text: string, isForm: boolean): ComputerPatch {
  let value: unknown;
  try {
    value = isForm ? formToPatch(new URLSearchParams(text)) : JSON.parse(text);
  } catch (cause) {
    throw new RefusedRequest(400, `The body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const patch = ComputerPatch.safeParse(value);
  if (!patch.success) throw new RefusedRequest(400, `The change does not fit: ${z.prettifyError(patch.error).replaceAll("\n", " ")}`);
  return patch.data;
}

/** Form fields as a patch: `platformSso.upn` is a member of a member, tables are split at commas, "true" and "false" are switches. */
function formToPatch(form: URLSearchParams): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [name, value] of form) {
    if (name.startsWith("platformSso."))
      patch.platformSso = { ...(patch.platformSso as object | undefined), [name.slice("platformSso.".length)]: value.trim() };
    else if (name === "brokenTables")
      patch.brokenTables = value
        .split(",")
        .map((table) => table.trim())
        .filter(Boolean);
    else patch[name] = value === "true" ? true : value === "false" ? false : value;
  }
  return patch;
}

function linksOf({ deviceBaseUrl, signInUrlTemplate }: ControlPageOptions, { computer, status }: SimulatedHost): MacLinks {
  const { deviceId, upn } = computer.state.platformSso;
  const values: Record<string, string> = { device: deviceId, user: upn, tenant: computer.identity.tenantId };
  return {
    myDevice: status.deviceToken === null ? null : `${deviceBaseUrl.replace(/\/$/, "")}/device/${status.deviceToken}`,
    signIn: signInUrlTemplate ? signInUrlTemplate.replace(/\{(device|user|tenant)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? "")) : null,
  };
}

function describe(options: ControlPageOptions, host: SimulatedHost): Record<string, unknown> {
  const { computer, status } = host;
  return { index: computer.index, ...computer.identity, state: computer.state, status, links: linksOf(options, host) };
}

function sendList({ fleet }: ControlPageOptions, url: URL, response: ServerResponse): void {
  const search = (url.searchParams.get("q") ?? "").trim();
  const wanted = search.toLowerCase();
  const hosts = fleet.hosts.filter(({ computer: { identity } }) =>
    [identity.computerName, identity.owner.fullName, identity.owner.upn, identity.serial, identity.hostname].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  );
  const pages = Math.max(1, Math.ceil(hosts.length / MACS_PER_PAGE));
  const pageNumber = Math.min(pages, Math.max(1, Number(url.searchParams.get("page")) || 1));
  sendPage(response, renderMacList(hosts, { search, pageNumber, total: fleet.hosts.length }));
}

function sendMac(options: ControlPageOptions, host: SimulatedHost, wantsPage: boolean, notice: string | null, response: ServerResponse): void {
  if (!wantsPage) return sendJson(response, 200, describe(options, host));
  sendPage(response, renderMacPage(host, linksOf(options, host), Date.now(), notice));
}

function sendPage(response: ServerResponse, text: string): void {
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    // with no referrer at all, browsers would send forms without a true origin
    "referrer-policy": "same-origin",
    "content-security-policy":
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'",
  });
  response.end(text);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location });
  response.end();
}

import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Fault, FaultKind, FaultSubject, Surface } from "./faults";
import { decodeSafely } from "./journal";
import type { Simulator } from "./simulator";
import type { SimulatedTenant } from "./simulated-types";

/** One request, read to its end, on its way through a surface. */
export interface Exchange {
  simulator: Simulator;
  surface: Surface;
  method: string;
  url: URL;
  /** The path, percent-decoded. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  requestId: string;
  tenant: SimulatedTenant | undefined;
  /** Kinds of the faults that met this request. */
  met: FaultKind[];
  /** Faults that the header asks for. */
  requested: Fault[];
}

/** The answer, and what the journal notes of the request. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  note?: Record<string, unknown>;
  /** Key of the message that the request brought, so that its outcome can be noted later. */
  messageKey?: string;
}

/** Whether a fault of this kind meets the request; `about` are ids and names of the device or user in question. */
export function meetFault(exchange: Exchange, kind: FaultKind, about: string[] = []): Fault | undefined {
  if (exchange.requested.length === 0 && exchange.simulator.faults.size === 0) return undefined; // asked dozens of times a request
  const fault = exchange.simulator.faults.meet(kind, subjectOf(exchange), exchange.simulator.now(), about);
  if (fault) exchange.met.push(kind);
  return fault;
}

/** Whether the request is one too many a second. */
export function meetRate(exchange: Exchange): Fault | undefined {
  if (!exchange.simulator.faults.has("throttle_rate", exchange.surface)) return undefined;
  const fault = exchange.simulator.faults.meetRate(subjectOf(exchange), exchange.simulator.now());
  if (fault) exchange.met.push("throttle_rate");
  return fault;
}

function subjectOf(exchange: Exchange): FaultSubject {
  return {
    surface: exchange.surface,
    method: exchange.method,
    pathAndQuery: exchange.path + decodeSafely(exchange.url.search),
    tenantId: exchange.tenant?.id ?? null,
    requested: exchange.requested,
  };
}

/** A JSON answer. */
export function json(status: number, value: unknown, extra: Omit<Reply, "status" | "body"> = {}): Reply {
  return { ...extra, status, body: JSON.stringify(value), headers: { "content-type": "application/json; charset=utf-8", ...extra.headers } };
}

/** A page. */
export function html(status: number, page: string, extra: Omit<Reply, "status" | "body"> = {}): Reply {
  return { ...extra, status, body: page, headers: { "content-type": "text/html; charset=utf-8", ...extra.headers } };
}

/** Sends the browser elsewhere. */
export function redirect(location: string, extra: Omit<Reply, "status" | "body"> = {}): Reply {
  return { ...extra, status: 302, headers: { location, ...extra.headers } };
}

/** The error body that Graph and the Intune services share. */
export function apiError(exchange: Exchange, status: number, code: string, message: string, extra: Omit<Reply, "status" | "body"> = {}): Reply {
  const clientRequestId = exchange.headers["client-request-id"];
  return json(
    status,
    {
      error: {
        code,
        message,
        innerError: {
          date: new Date(exchange.simulator.now()).toISOString().slice(0, 19),
          "request-id": exchange.requestId,
          "client-request-id": typeof clientRequestId === "string" ? clientRequestId : exchange.requestId,
        },
      },
    },
    extra,
  );
}

/** The body as a JSON object; undefined when it is anything else. */
export function readJsonObject(exchange: Exchange): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(exchange.body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A request id as Microsoft's services send. */
export function newRequestId(): string {
  return randomUUID();
}

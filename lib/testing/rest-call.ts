import type { Context, Role } from "@/lib/context";
import { startSession } from "@/lib/auth/start-session";
import { testUserContext } from "./test-context";

type Handler = (request: Request, route: { params: Promise<Record<string, string | string[] | undefined>> }) => Promise<Response>;

/** What a test sends. `token` null: nobody; absent: a new admin. `body` that isn't a string is sent as JSON. */
export interface RouteCall {
  method?: string;
  query?: string;
  params?: Record<string, string | string[]>;
  body?: unknown;
  token?: string | null;
}

/** What came back. */
export interface RouteAnswer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** A bearer token of a new user with this role. */
export async function tokenOf(role: Role): Promise<string> {
  return tokenFor(await testUserContext(role));
}

/** A bearer token of the user that a context acts for. */
export async function tokenFor(ctx: Context): Promise<string> {
  if (ctx.actor.kind !== "user") throw new Error("Only a user has a token.");
  const { userId } = ctx.actor;
  // Sessions end by the routes' clock, which is real.
  return (await startSession({ ...ctx, now: () => new Date() }, userId, { kind: "api", userAgent: "test", address: "127.0.0.1" })).token;
}

/** Calls a REST route's handler as a client would. */
export async function callRoute(handler: Handler, call: RouteCall = {}): Promise<RouteAnswer> {
  const token = call.token === undefined ? await tokenOf("admin") : call.token;
  const method = call.method ?? (call.body === undefined ? "GET" : "POST");
  const request = new Request(`http://flotilla.test/api/v1/fleet/route${call.query ? `?${call.query}` : ""}`, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), "content-type": "application/json" },
    ...(call.body !== undefined && { body: typeof call.body === "string" ? call.body : JSON.stringify(call.body) }),
  });
  const response = await handler(request, { params: Promise.resolve(call.params ?? {}) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

import type { Role } from "@/lib/context";
import { startSession } from "@/lib/auth/start-session";
import { testServerContext, testUserContext, type TestClock } from "./test-context";

type Route = (request: Request, route?: { params: Promise<Record<string, string | string[] | undefined>> }) => Promise<Response>;

/** What a test sends to a route. `token` absent: nobody is signed in. A string body goes as it is. */
export interface RouteCall {
  token?: string;
  method?: string;
  params?: Record<string, string>;
  /** The query string, without its question mark. */
  query?: string;
  body?: unknown;
}

/** An API token of a new user with this role. */
export async function apiToken(role: Role = "admin", clock?: TestClock): Promise<string> {
  const user = await testUserContext(role, clock);
  if (user.actor.kind !== "user") throw new Error("testUserContext gave no user.");
  // Routes run on real time unless setRouteClock moved it; so does the session.
  const ctx = { ...testServerContext(clock), now: clock?.now ?? (() => new Date()) };
  return (await startSession(ctx, user.actor.userId, { kind: "api", userAgent: "", address: "" })).token;
}

/** Calls a route's handler as its server would. @returns status and parsed body */
export async function callRoute<Body = Record<string, unknown>>(route: Route, call: RouteCall = {}): Promise<{ status: number; body: Body; headers: Headers }> {
  const headers = new Headers(call.token ? { authorization: `Bearer ${call.token}` } : {});
  if (call.body !== undefined) headers.set("content-type", "application/json");
  const request = new Request(`http://flotilla.test/api?${call.query ?? ""}`, {
    method: call.method ?? (call.body === undefined ? "GET" : "POST"),
    headers,
    body: call.body === undefined ? undefined : typeof call.body === "string" ? call.body : JSON.stringify(call.body),
  });
  const response = await route(request, { params: Promise.resolve(call.params ?? {}) });
  return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
}

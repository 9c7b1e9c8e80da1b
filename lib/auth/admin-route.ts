import type { z } from "zod";
import { authorize } from "../authorize";
import { createContext, type Context, type UserActor } from "../context";
import { ForbiddenError, NotFoundError, UnauthenticatedError } from "../errors";
import { clientAddress } from "../http/client-address";
import { toCanonicalNames, withDoubledNames } from "../http/doubled-names";
import { errorResponse, parseBody, parseQuery } from "../http/error-envelope";
import { readJsonBody } from "../http/read-json-body";
import { refuseNul } from "../http/refuse-nul";
import { checkSameOrigin } from "../http/same-origin";
import { getLogger } from "../log";
import { routeEntry, type RouteKey } from "./access/access-table";
import { needsSession } from "./access/catalogue";
import { findSession } from "./find-session";
import { refuseApiToken } from "./refuse-api-token";
import { sessionTokenOf } from "./session-cookie";
import { apiTokenPrefix, findApiToken } from "./tokens/find-api-token";

type Schema = z.ZodType | undefined;
type Parsed<Given extends Schema> = Given extends z.ZodType ? z.output<Given> : undefined;

/** What a route takes. `route` is its key in the access table, which says who may call it. */
export interface AdminRouteOptions<Params extends Schema, Query extends Schema, Body extends Schema> {
  route: RouteKey;
  params?: Params;
  query?: Query;
  body?: Body;
  maxBodyBytes?: number;
}

/** What a route's handler gets, checked. */
export interface AdminRequest<Params extends Schema, Query extends Schema, Body extends Schema> {
  params: Parsed<Params>;
  query: Parsed<Query>;
  body: Parsed<Body>;
  request: Request;
}

const shared = globalThis as unknown as { flotillaRouteClock?: () => Date };

/** Lets a test move the time that routes and pages see; without an argument, time is real again. */
export function setRouteClock(now?: () => Date): void {
  shared.flotillaRouteClock = now;
}

/** The time of requests: real, unless a test moves it. */
export function routeClock(): () => Date {
  return shared.flotillaRouteClock ?? (() => new Date());
}

/**
 * A handler of the REST API. Signs in by bearer token or session cookie (with a same-origin check for writes), asks the access table whether the
 * caller may call it at all, checks path, query and body, takes and gives both families of names, answers errors in Fleet's envelope. The handler gives a plain object, or a Response of its own.
 * A path parameter that doesn't fit is a 404, a query parameter a 400, a body field a 422.
 */
export function adminRoute<Params extends Schema = undefined, Query extends Schema = undefined, Body extends Schema = undefined>(
  options: AdminRouteOptions<Params, Query, Body>,
  handle: (ctx: Context, given: AdminRequest<Params, Query, Body>) => Promise<Response | object>,
) {
  return async (request: Request, route?: { params: Promise<Record<string, string | string[] | undefined>> }): Promise<Response> => {
    try {
      const ctx = await requestContext(request, options.route);
      const params = checkParams(options.params, refuseNul(await route?.params));
      const query = options.query && parseQuery(options.query, toCanonicalNames(refuseNul(queryOf(request))));
      const body = options.body && parseBody(options.body, toCanonicalNames(refuseNul(await readJsonBody(request, { maxBytes: options.maxBodyBytes }))));
      const answer = await handle(ctx, { params, query, body, request } as AdminRequest<Params, Query, Body>);
      return await finish(answer);
    } catch (error) {
      return errorResponse(error, getLogger());
    }
  };
}

async function requestContext(request: Request, route: RouteKey): Promise<Context> {
  const { access } = routeEntry(route);
  const address = clientAddress(request.headers);
  const ctx = createContext({ kind: "nobody", address }, { now: routeClock() });
  // An open route acts for nobody, so a foreign page gains nothing by calling it with our cookie.
  if (access === "open") return ctx;
  const actor = await findCaller(ctx, request, address);
  if (!actor) throw new UnauthenticatedError("not_signed_in", "Authentication required");
  if (actor.routes && !actor.routes.includes(route)) {
    throw new ForbiddenError("token_out_of_scope", `This token isn't made for "${routeEntry(route).name}". Use one that may call it.`);
  }
  if (actor.mustResetPassword && !routeEntry(route).beforeReset) {
    throw new ForbiddenError("password_reset_required", "Choose a new password first: an admin asked for it.");
  }
  const signedIn = { ...ctx, actor };
  if (needsSession(route)) refuseApiToken(signedIn);
  if (access !== "signed_in") authorize(signedIn, access);
  return signedIn;
}

async function findCaller(ctx: Context, request: Request, address: string): Promise<UserActor | null> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (bearer) return bearer.startsWith(apiTokenPrefix) ? findApiToken(ctx, bearer, address) : findSession(ctx, bearer, "api", address);
  const cookie = sessionTokenOf(request.headers.get("cookie"));
  const actor = cookie ? await findSession(ctx, cookie, "browser", address) : null;
  if (actor) checkSameOrigin(request);
  return actor;
}

function checkParams(schema: Schema, given: unknown): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new NotFoundError("resource_not_found", "Nothing stands at this address.", { cause: parsed.error });
  return parsed.data;
}

function queryOf(request: Request): Record<string, string | string[]> {
  const { searchParams } = new URL(request.url);
  const entries = [...new Set(searchParams.keys())].map((key) => {
    const values = searchParams.getAll(key);
    return [key, values.length > 1 ? values : (values[0] ?? "")] as const;
  });
  return Object.fromEntries(entries);
}

async function finish(answer: Response | object): Promise<Response> {
  if (!(answer instanceof Response)) return jsonResponse(answer, 200, new Headers());
  answer.headers.set("cache-control", answer.headers.get("cache-control") ?? "no-store");
  if (!answer.headers.get("content-type")?.startsWith("application/json")) return answer;
  return jsonResponse(await answer.json(), answer.status, answer.headers);
}

function jsonResponse(value: unknown, status: number, headers: Headers): Response {
  headers.set("content-type", "application/json; charset=utf-8");
  headers.set("cache-control", headers.get("cache-control") ?? "no-store");
  headers.delete("content-length");
  const text = JSON.stringify(withDoubledNames(JSON.parse(JSON.stringify(value, plainNumbers))), undefined, 2);
  return new Response(text, { status, headers });
}

// PostgreSQL's big integers are counts and ids of ours, far below 2^53.
function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

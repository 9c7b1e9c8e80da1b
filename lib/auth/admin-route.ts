import type { z } from "zod";
import { createContext, type Context } from "../context";
import { NotFoundError, UnauthenticatedError } from "../errors";
import { toCanonicalNames, withDoubledNames } from "../http/doubled-names";
import { errorResponse, parseBody, parseQuery } from "../http/error-envelope";
import { readJsonBody } from "../http/read-json-body";
import { refuseNul } from "../http/refuse-nul";
import { checkSameOrigin } from "../http/same-origin";
import { getLogger } from "../log";
import { findSession } from "./find-session";
import { sessionTokenOf } from "./session-cookie";

type Schema = z.ZodType | undefined;
type Parsed<Given extends Schema> = Given extends z.ZodType ? z.output<Given> : undefined;

/** What a route takes. `open`: nobody needs to be signed in. `clock` is for tests. */
export interface AdminRouteOptions<Params extends Schema, Query extends Schema, Body extends Schema> {
  params?: Params;
  query?: Query;
  body?: Body;
  open?: boolean;
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
 * A handler of the REST API. Signs in by bearer token or session cookie (with a same-origin check for writes), checks path, query and body,
 * takes and gives both families of names, answers errors in Fleet's envelope. The handler gives a plain object, or a Response of its own.
 * A path parameter that doesn't fit is a 404, a query parameter a 400, a body field a 422.
 */
export function adminRoute<Params extends Schema = undefined, Query extends Schema = undefined, Body extends Schema = undefined>(
  options: AdminRouteOptions<Params, Query, Body>,
  handle: (ctx: Context, given: AdminRequest<Params, Query, Body>) => Promise<Response | object>,
) {
  return async (request: Request, route?: { params: Promise<Record<string, string | string[] | undefined>> }): Promise<Response> => {
    try {
      const ctx = await requestContext(request, options.open ?? false);
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

async function requestContext(request: Request, open: boolean): Promise<Context> {
  const ctx = createContext({ kind: "nobody" }, { now: routeClock() });
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const cookie = bearer ? undefined : sessionTokenOf(request.headers.get("cookie"));
  const actor = bearer ? await findSession(ctx, bearer, "api") : cookie ? await findSession(ctx, cookie, "browser") : null;
  if (!actor && !open) throw new UnauthenticatedError("not_signed_in", "Authentication required");
  // An open route acts for nobody, so a foreign page gains nothing by calling it with our cookie.
  if (actor && cookie && !open) checkSameOrigin(request);
  return actor ? { ...ctx, actor } : ctx;
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

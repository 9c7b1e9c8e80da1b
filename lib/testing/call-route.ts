type Route = (request: Request, route: { params: Promise<Record<string, string>> }) => Promise<Response>;

/** How a test calls a route handler. */
export interface RouteCall {
  method?: string;
  path?: string;
  token?: string;
  cookie?: string;
  headers?: Record<string, string>;
  /** Sent as JSON, unless it is a string or bytes. */
  body?: unknown;
  params?: Record<string, string>;
}

/** Calls a route handler as the server would. */
export function callRoute(route: unknown, { method, path = "/", token, cookie, headers = {}, body, params = {} }: RouteCall = {}): Promise<Response> {
  const sent = body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const request = new Request(`http://flotilla.test${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      host: "flotilla.test",
      ...(token && { authorization: `Bearer ${token}` }),
      ...(cookie && { cookie: `flotilla_session=${cookie}` }),
      ...headers,
    },
    body: sent as BodyInit | undefined,
  });
  return (route as Route)(request, { params: Promise.resolve(params) });
}

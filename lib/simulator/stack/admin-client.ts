/** The product's REST API as a script uses it: signs in once, then asks. */
export interface AdminClient {
  token: string;
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body?: unknown): Promise<Answer>;
  patch<Answer>(path: string, body: unknown): Promise<Answer>;
  delete<Answer>(path: string): Promise<Answer>;
  /** The same session at another instance. */
  at(origin: string): AdminClient;
}

/**
 * Signs in over `POST /api/v1/fleet/login`.
 * @throws Error with status and the API's own message for every answer that isn't 2xx
 */
export async function signInAdmin(origin: string, credentials: { email: string; password: string }): Promise<AdminClient> {
  const { token } = await request<{ token: string }>(origin, "POST", "login", credentials);
  return clientOf(origin, token);
}

function clientOf(origin: string, token: string): AdminClient {
  return {
    token,
    get: (path) => request(origin, "GET", path, undefined, token),
    post: (path, body = {}) => request(origin, "POST", path, body, token),
    patch: (path, body) => request(origin, "PATCH", path, body, token),
    delete: (path) => request(origin, "DELETE", path, undefined, token),
    at: (other) => clientOf(other, token),
  };
}

async function request<Answer>(origin: string, method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  const response = await fetch(`${origin}/api/v1/fleet/${path}`, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...(token && { authorization: `Bearer ${token}` }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
  return (text ? JSON.parse(text) : {}) as Answer;
}

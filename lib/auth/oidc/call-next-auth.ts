import { createHash, randomBytes } from "node:crypto";
import NextAuth, { type NextAuthOptions } from "next-auth";

/** What next-auth is asked: to begin a sign-in, or to take in the answer of one. `next` is a path of this server. */
export type NextAuthCall = { slug: string; cookies: Readonly<Record<string, string>> } & (
  { action: "signin"; next: string } | { action: "callback"; query: Readonly<Record<string, string>> }
);

/** Where next-auth sends the browser, and its Set-Cookie lines. */
export interface NextAuthAnswer {
  location: string;
  setCookies: string[];
}

type PagesHandler = (request: object, response: object, options: NextAuthOptions) => Promise<void>;

/**
 * Runs next-auth for one request, outside any framework: the request is handed over as values, and the answer comes back as values.
 * Beginning a sign-in needs its own CSRF token there; a pair is made for the call and goes nowhere else.
 */
export async function callNextAuth(publicUrl: string, options: NextAuthOptions, call: NextAuthCall): Promise<NextAuthAnswer> {
  // next-auth reads its own address from here alone; the Host header isn't to be trusted with it.
  process.env.NEXTAUTH_URL = publicUrl;
  const answer: NextAuthAnswer = { location: "", setCookies: [] };
  await handler()(toRequest(options, call), recorder(answer), options);
  return answer;
}

function handler(): PagesHandler {
  // The package is CommonJS: loaded as a module by Node itself, its function is one level deeper.
  const loaded = NextAuth as unknown as PagesHandler & { default?: PagesHandler };
  return loaded.default ?? loaded;
}

function toRequest(options: NextAuthOptions, call: NextAuthCall): object {
  const path = { nextauth: [call.action, call.slug] };
  if (call.action === "callback") return { method: "GET", headers: {}, cookies: call.cookies, query: { ...call.query, ...path } };
  const csrfToken = randomBytes(32).toString("hex");
  const proof = createHash("sha256").update(`${csrfToken}${options.secret}`).digest("hex");
  const cookies = { ...call.cookies, [options.cookies?.csrfToken?.name ?? ""]: `${csrfToken}|${proof}` };
  return { method: "POST", headers: {}, cookies, query: path, body: { csrfToken, callbackUrl: call.next } };
}

/** What next-auth expects of a response of Node's. */
function recorder(answer: NextAuthAnswer): object {
  const response = {
    status: () => response,
    getHeader: (name: string) => (name.toLowerCase() === "set-cookie" ? answer.setCookies : undefined),
    setHeader(name: string, value: string | string[]) {
      if (name.toLowerCase() === "set-cookie") answer.setCookies = [value].flat();
      if (name.toLowerCase() === "location") answer.location = String(value);
      return response;
    },
    send: () => undefined,
    json: () => undefined,
    end: () => undefined,
  };
  return response;
}

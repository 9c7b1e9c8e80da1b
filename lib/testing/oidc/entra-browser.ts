import { GET as takeAnswer } from "@/app/api/auth/[...nextauth]/route";
import { GET as begin } from "@/app/(public)/sign-in/sso/[slug]/route";
import { sessionCookieName } from "@/lib/auth/session-cookie";
import type { OidcProvider } from "./start-oidc-provider";

/** The address that the tests' server has. */
export const testPublicUrl = "http://flotilla.test";

/** A browser as far as sign-in needs one: it keeps cookies and follows where it is sent. */
export class EntraBrowser {
  readonly cookies = new Map<string, string>();
  /** Every Set-Cookie line that came. */
  readonly setCookies: string[] = [];

  constructor(readonly address = "198.51.100.7") {}

  /** Opens `/sign-in/sso/<slug>`; gives the answer. */
  open(slug: string, query = ""): Promise<Response> {
    return this.#go(`/sign-in/sso/${slug}${query}`, (request) => begin(request, { params: Promise.resolve({ slug }) }));
  }

  /** Brings an answer of the provider to the redirect URI. */
  bring(back: URL): Promise<Response> {
    const nextauth = back.pathname.split("/").slice(3);
    return this.#go(back.pathname + back.search, (request) => takeAnswer(request, { params: Promise.resolve({ nextauth }) }));
  }

  /** Begins a sign-in and lets the provider answer; gives the address with the answer, not yet opened. */
  async fetchAnswer(provider: OidcProvider, slug: string, query = ""): Promise<URL> {
    const begun = await this.open(slug, query);
    return provider.signIn(begun.headers.get("location") ?? "");
  }

  /** A whole sign-in. */
  async signIn(provider: OidcProvider, slug: string, query = ""): Promise<Response> {
    return this.bring(await this.fetchAnswer(provider, slug, query));
  }

  /** The session token it holds. */
  get session(): string | undefined {
    return this.cookies.get(sessionCookieName);
  }

  async #go(path: string, handle: (request: Request) => Promise<Response>): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { host: new URL(testPublicUrl).host, cookie, "user-agent": "Tests", "x-flotilla-address": this.address };
    const response = await handle(new Request(`${testPublicUrl}${path}`, { headers }));
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    this.setCookies.push(line);
    const [pair = ""] = line.split(";");
    const at = pair.indexOf("=");
    if (pair.slice(at + 1) === "" || /max-age=0/i.test(line)) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

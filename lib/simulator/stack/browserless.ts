import { Agent, FormData, request } from "undici";

/** A page as a visitor without scripts has it. */
export interface VisitedPage {
  status: number;
  url: string;
  html: string;
}

/** A visitor without scripts: keeps cookies per origin, follows redirects, sends forms. What works for it works with scripts switched off. */
export class BrowserlessVisitor {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #dispatcher: Agent;

  /** @param ca further authorities to trust, in PEM */
  constructor(ca: string) {
    this.#dispatcher = new Agent({ connect: { ca } });
  }

  /** Opens an address and follows up to ten redirects. */
  async open(url: string): Promise<VisitedPage> {
    return this.#send("GET", url, {});
  }

  /**
   * Fills in and sends a form of `page`: its hidden fields, then `fields`.
   * @param which picks the form by a text in its HTML; default the first
   * @throws Error when the page has no such form
   */
  async submit(page: VisitedPage, fields: Record<string, string>, which = ""): Promise<VisitedPage> {
    const forms = [...page.html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)];
    const form = forms.find(([html]) => html.includes(which));
    if (!form) throw new Error(`${page.url} (${page.status}) has no form with "${which}":\n${page.html.slice(0, 2000)}`);
    const all = { ...hiddenFields(form[2] ?? ""), ...fields };
    const action = attribute(form[1] ?? "", "action");
    const target = new URL(action ?? page.url, page.url).toString();
    if (/enctype="multipart/i.test(form[1] ?? "")) {
      const body = new FormData();
      for (const [name, value] of Object.entries(all)) body.append(name, value);
      return this.#send("POST", target, { body, headers: { origin: new URL(target).origin } });
    }
    const headers = { "content-type": "application/x-www-form-urlencoded", origin: new URL(target).origin };
    return this.#send("POST", target, { body: new URLSearchParams(all).toString(), headers });
  }

  async close(): Promise<void> {
    await this.#dispatcher.close();
  }

  async #send(method: "GET" | "POST", url: string, init: { body?: string | FormData; headers?: Record<string, string> }): Promise<VisitedPage> {
    let [verb, address, body, headers] = [method, url, init.body, init.headers ?? {}];
    for (let hop = 0; hop < 10; hop += 1) {
      const { origin } = new URL(address);
      const jar = this.#cookies.get(origin);
      const cookie = [...(jar ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await request(address, {
        method: verb,
        body,
        headers: { accept: "text/html", ...headers, ...(cookie && { cookie }) },
        dispatcher: this.#dispatcher,
      });
      this.#keepCookies(origin, answer.headers["set-cookie"]);
      const html = await answer.body.text();
      const location = answer.headers.location;
      if (answer.statusCode < 300 || answer.statusCode >= 400 || typeof location !== "string") return { status: answer.statusCode, url: address, html };
      address = new URL(location, address).toString();
      [verb, body, headers] = ["GET", undefined, {}];
    }
    throw new Error(`${url} redirects without end, last to ${address}`);
  }

  #keepCookies(origin: string, setCookie: string | string[] | undefined): void {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    for (const line of [setCookie ?? []].flat()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    this.#cookies.set(origin, jar);
  }
}

function hiddenFields(html: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, "name");
    if (name && attribute(tag, "type") === "hidden") fields[name] = attribute(tag, "value") ?? "";
  }
  return fields;
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`, "i").exec(tag)?.[1];
  return value
    ?.replace(/&quot;/g, '"')
    .replace(/&#x27;|&#39;/g, "'")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}

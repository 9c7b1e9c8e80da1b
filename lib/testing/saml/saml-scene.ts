import { POST as callback } from "@/app/api/v1/fleet/sso/callback/route";
import { POST as start } from "@/app/api/v1/fleet/sso/route";
import { setRouteClock } from "@/lib/auth/admin-route";
import type { Context } from "@/lib/context";
import { callRoute } from "../call-route";
import { testClock, testServerContext, type TestClock } from "../test-context";
import { makeAnswer, type AnswerPlan, type Signs } from "./saml-answer";
import { writeFederationMetadata } from "./saml-metadata";
import { makeSamlKey, type SamlSigningKey } from "./saml-signing-key";

/** What became of an answer: whom it signed in, or the code that an admin reads. */
export interface AnswerOutcome {
  status: number;
  location: string;
  signedIn: boolean;
  code: string;
  reason: string;
}

/** A sign-in that a browser began. */
export interface BegunSignIn {
  requestId: string;
  cookie: string;
}

/** A server with SAML set up by pasted metadata, an identity provider with its key, and the real routes. */
export interface SamlScene {
  ctx: Context;
  clock: TestClock;
  key: SamlSigningKey;
  /** In the metadata beside `key`: the next one, during a change of keys. */
  nextKey: SamlSigningKey;
  tenantId: string;
  acsUrl: string;
  /** Begins a sign-in as a browser does. */
  begin(relayUrl?: string): Promise<BegunSignIn>;
  /** What an honest identity provider would put into the answer to a request. */
  plan(begun: { requestId: string } | null, more?: Partial<AnswerPlan>): AnswerPlan;
  /** Signs an answer with the scene's key. */
  answer(plan: AnswerPlan, signs?: Signs, key?: SamlSigningKey): string;
  /** Posts an answer as a browser does. `body` in place of the form with this one answer. */
  post(answer: string, cookie?: string | null, body?: string): Promise<AnswerOutcome>;
  set(settings: Record<string, unknown>): Promise<void>;
  /** How many sessions and users there are. */
  counts(): Promise<{ sessions: number; users: number }>;
}

const tenantId = "3c0c6ad2-8e6f-4a6c-9f0a-4f6e6a3b1d20";
const baseUrl = "https://flotilla.test";

/** Sets the scene up. The clock moves the routes' time. */
export async function setSamlScene(): Promise<SamlScene> {
  const clock = testClock();
  setRouteClock(clock.now);
  const ctx = testServerContext(clock);
  const [key, nextKey] = [makeSamlKey(), makeSamlKey()];
  const acsUrl = `${baseUrl}/api/v1/fleet/sso/callback`;
  const metadata = writeFederationMetadata({ tenantId, signInUrl: `https://login.microsoftonline.com/${tenantId}/saml2`, keys: [key, nextKey] });
  await ctx.db.organisation.update({ where: { id: 1 }, data: { publicUrl: baseUrl } });
  const settings = { enabled: true, entityId: "fleet", idpName: "Entra ID", metadata, jitProvisioning: true, defaultRole: "observer" };
  await ctx.db.samlSettings.upsert({ where: { id: 1 }, create: { id: 1, ...settings }, update: settings });

  const begin = async (relayUrl = "/hosts") => {
    const response = await callRoute(start, { body: { relay_url: relayUrl }, headers: { "x-flotilla-address": nextAddress() } });
    if (response.status !== 200) throw new Error(`The sign-in didn't begin: ${response.status} ${await response.text()}`);
    const { url } = (await response.json()) as { url: string };
    return { requestId: await requestIdOf(url), cookie: (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
  };
  const plan: SamlScene["plan"] = (begun, more = {}) => ({
    tenantId,
    acsUrl,
    audience: "fleet",
    now: clock.now(),
    email: "mara.lindqvist@aldergate.example",
    name: "Mara Lindqvist",
    inResponseTo: begun?.requestId,
    ...more,
  });
  const post: SamlScene["post"] = async (answer, cookie = null, body) => {
    const last = await ctx.db.activity.findFirst({ orderBy: { id: "desc" }, select: { id: true } });
    const response = await callRoute(callback, {
      method: "POST",
      body: body ?? new URLSearchParams({ SAMLResponse: answer, RelayState: "https://evil.example/" }).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-flotilla-address": nextAddress(),
        origin: "https://login.microsoftonline.com",
        "sec-fetch-site": "cross-site",
        "x-forwarded-proto": "https",
        ...(cookie && { cookie }),
      },
    });
    const failed = await ctx.db.activity.findFirst({
      where: { type: "user_failed_login", id: { gt: last?.id ?? 0 } },
      orderBy: { id: "desc" },
    });
    const details = (failed?.details ?? {}) as { code?: string; reason?: string };
    return {
      status: response.status,
      location: response.headers.get("location") ?? "",
      signedIn: response.headers.getSetCookie().some((line) => line.startsWith("flotilla_session=")),
      code: details.code ?? "",
      reason: details.reason ?? "",
    };
  };
  return {
    ctx,
    clock,
    key,
    nextKey,
    tenantId,
    acsUrl,
    begin,
    plan,
    answer: (given, signs = "assertion", by = key) => makeAnswer(given, by, signs),
    post,
    set: async (given) => {
      await ctx.db.samlSettings.update({ where: { id: 1 }, data: given });
    },
    counts: async () => ({ sessions: await ctx.db.session.count(), users: await ctx.db.user.count() }),
  };
}

let posts = 0;

// Each browser has an address of its own, so that no limit stands in for another reason.
function nextAddress(): string {
  posts += 1;
  return `198.51.${Math.floor(posts / 250)}.${(posts % 250) + 1}`;
}

/** The id of the request that an address carries. */
export async function requestIdOf(url: string): Promise<string> {
  const { inflateRawSync } = await import("node:zlib");
  const xml = inflateRawSync(Buffer.from(new URL(url).searchParams.get("SAMLRequest") ?? "", "base64")).toString("utf8");
  return /\sID="([^"]+)"/.exec(xml)?.[1] ?? "";
}

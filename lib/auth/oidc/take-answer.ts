import type { Context } from "../../context";
import { FlotillaError } from "../../errors";
import { entraErrorNumber } from "../../sso/oidc/exchange-code";
import type { SignInDirectory } from "../../sso/oidc/find-sign-in-directory";
import { finishTrial, type TrialOutcome } from "../../sso/oidc/finish-trial";
import { noteSecretProblem } from "../../sso/oidc/note-secret-problem";
import type { EntraIdentity } from "../../sso/oidc/read-entra-claims";
import { SignInProblem, signInProblems } from "../../sso/oidc/sign-in-problem";
import { admitSsoUser } from "../admit-sso-user";
import { endBrowserSession } from "../end-browser-session";
import { findSession } from "../find-session";
import { nextAuthOptions, type EntraFlow } from "../next-auth-options";
import { refuseSsoSignIn, type SsoRefused } from "../refuse-sso-sign-in";
import { sessionCookieName } from "../session-cookie";
import { startSession } from "../start-session";
import { callNextAuth } from "./call-next-auth";
import { beganFlow, forgetFlow } from "./flow-cookies";
import { previewAdmission } from "./preview-admission";

/** An answer that a browser brought from Microsoft. */
export interface BroughtAnswer {
  publicUrl: string;
  query: URLSearchParams;
  cookies: Readonly<Record<string, string>>;
  userAgent: string;
  address: string;
}

/** Where the browser goes next, with the cookies to set. */
export interface TakenAnswer {
  location: string;
  setCookies: string[];
}

/**
 * Takes in the answer to a sign-in, or to a trial, that this browser began. A sign-in ends with a session and the page it was meant for, or on the
 * sign-in page with a code and a reference; the reason stands in the activities. A trial ends with what it saw, and makes neither user nor session.
 */
export async function takeAnswer(ctx: Context, directory: SignInDirectory, answer: BroughtAnswer): Promise<TakenAnswer> {
  const https = answer.publicUrl.startsWith("https:");
  const state = single(answer.query, "state");
  const kind = state && (await beganFlow("trial", https, directory.slug, state, answer.cookies)) ? "trial" : "sign_in";
  const began = kind === "trial" || (state !== undefined && (await beganFlow("sign_in", https, directory.slug, state, answer.cookies)));
  const early = began ? errorOf(answer.query) : new SignInProblem(state === undefined ? "answer_unclear" : "sign_in_unknown");
  const taken = kind === "trial" ? await takeTrial(ctx, directory, answer, early) : await takeSignIn(ctx, directory, answer, early);
  // A stranger's link must not break off a sign-in that is under way in this browser.
  return { ...taken, setCookies: [...taken.setCookies, ...(began ? forgetFlow(kind, https) : [])] };
}

async function takeSignIn(ctx: Context, directory: SignInDirectory, answer: BroughtAnswer, early: SignInProblem | null): Promise<TakenAnswer> {
  let refused: SsoRefused | undefined;
  let problem: unknown = early ?? (directory.enabledAt ? undefined : new SignInProblem("directory_off"));
  if (!problem) {
    const flow = flowOf("sign_in", directory, answer, {
      decide: async (identity) => {
        const admission = await admitSsoUser(ctx, identity);
        if (admission.kind === "admitted") return admission.user.id;
        refused = admission;
        return null;
      },
      begin: async (userId) => {
        await endBrowserSession(ctx, answer.cookies[sessionCookieName]);
        return startSession(ctx, userId, { kind: "browser", userAgent: answer.userAgent, address: answer.address });
      },
      onProblem: (error) => {
        problem ??= error;
      },
    });
    const { location, setCookies } = await runNextAuth(ctx, flow, answer);
    const session = setCookies.filter((line) => line.startsWith(`${sessionCookieName}=`) && !line.startsWith(`${sessionCookieName}=;`));
    if (session.length === 1 && !refused && !problem) return { location, setCookies: session };
  }
  if (problem instanceof SignInProblem && (problem.code === "secret_wrong" || problem.code === "secret_expired")) {
    await noteSecretProblem(ctx, directory.id, problem.code);
  }
  refused ??= await refuse(ctx, directory, problem);
  return { location: `/sign-in?status=${refused.code}&ref=${refused.reference}`, setCookies: [] };
}

async function takeTrial(ctx: Context, directory: SignInDirectory, answer: BroughtAnswer, early: SignInProblem | null): Promise<TakenAnswer> {
  const token = answer.cookies[sessionCookieName];
  const actor = token ? await findSession(ctx, token, "browser", answer.address) : null;
  const page = `/sso-trial/${directory.id}`;
  if (!actor) return { location: `/sign-in?next=${encodeURIComponent(page)}`, setCookies: [] };
  const admin = { ...ctx, actor };
  let outcome: TrialOutcome = {};
  let problem: unknown = early ?? undefined;
  if (!problem) {
    const flow = flowOf("trial", directory, answer, {
      decide: async (identity) => {
        outcome = { person: personOf(identity), admission: await previewAdmission(admin, directory.id, identity) };
        return null; // seen, and let in nowhere
      },
      begin: () => Promise.reject(new Error("A trial never begins a session.")),
      onProblem: (error) => {
        problem ??= error;
      },
    });
    await runNextAuth(ctx, flow, answer);
    if (!outcome.person) problem ??= new SignInProblem("sign_in_unknown");
  }
  if (problem) outcome = { ...outcome, problem: told(ctx, problem) };
  try {
    await finishTrial(admin, directory.id, outcome);
    return { location: page, setCookies: [] };
  } catch (error) {
    if (!(error instanceof SignInProblem) && !(error instanceof FlotillaError)) throw error;
    return { location: `${page}?problem=${error.code}`, setCookies: [] };
  }
}

type Decisions = Pick<EntraFlow, "decide" | "begin" | "onProblem">;

const flowOf = (kind: EntraFlow["kind"], directory: SignInDirectory, { publicUrl }: BroughtAnswer, decisions: Decisions): EntraFlow => ({
  kind,
  directory,
  publicUrl,
  ...decisions,
});

function runNextAuth(ctx: Context, flow: EntraFlow, { publicUrl, query, cookies }: BroughtAnswer): Promise<TakenAnswer> {
  const given = Object.fromEntries(["code", "state"].flatMap((name) => (query.has(name) ? [[name, query.get(name) as string]] : [])));
  return callNextAuth(publicUrl, nextAuthOptions(ctx, flow), { action: "callback", slug: flow.directory.slug, query: given, cookies });
}

/** What makes an answer no answer, before anything is asked of Microsoft. */
function errorOf(query: URLSearchParams): SignInProblem | null {
  if (query.has("error")) {
    const number = entraErrorNumber(query.get("error_description") ?? "");
    const word = /^[a-z_]{1,60}$/.exec(query.get("error") ?? "")?.[0] ?? "";
    return new SignInProblem("microsoft_refused", [word, number && `AADSTS${number}`].filter(Boolean).join(", "));
  }
  return single(query, "code") === undefined ? new SignInProblem("answer_unclear", "code") : null;
}

function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 && values[0] !== "" ? values[0] : undefined;
}

function refuse(ctx: Context, directory: SignInDirectory, problem: unknown): Promise<SsoRefused> {
  const { code, text, detail } = told(ctx, problem ?? new SignInProblem("sign_in_unknown"));
  return refuseSsoSignIn(ctx, {
    method: "oidc",
    directoryId: directory.id,
    directoryName: directory.name,
    status: code === "directory_off" ? "org_disabled" : "error",
    code,
    reason: detail ? `${text} (${detail})` : text,
  });
}

function told(ctx: Context, problem: unknown): { code: string; text: string; detail: string } {
  if (problem instanceof SignInProblem) {
    if (problem.cause) ctx.log.warn({ "sign_in.code": problem.code, "error.message": String(problem.cause) }, "an answer of Microsoft wasn't taken");
    return { code: problem.code, text: problem.message, detail: problem.detail };
  }
  if (problem instanceof FlotillaError) return { code: problem.code, text: problem.message, detail: "" };
  ctx.log.error({ "error.message": String(problem), "error.stack": (problem as Error)?.stack }, "a sign-in ended in an unexpected error");
  return { code: "internal_error", text: signInProblems.internal_error, detail: "" };
}

function personOf({ name, email, emailIsProof, subject, appRoles, groups, groupsTruncated }: EntraIdentity): TrialOutcome["person"] {
  return { name, email, emailIsProof, ...subject, appRoles: appRoles.slice(0, 50), groups: groups.length, groupsTruncated };
}

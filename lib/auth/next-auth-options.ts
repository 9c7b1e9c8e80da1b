import type { NextAuthOptions, Profile } from "next-auth";
import type { Adapter } from "next-auth/adapters";
import type { OAuthConfig } from "next-auth/providers/oauth";
import type { Context } from "../context";
import { acceptAnswer } from "../sso/oidc/accept-answer";
import type { SignInDirectory } from "../sso/oidc/find-sign-in-directory";
import type { EntraIdentity } from "../sso/oidc/read-entra-claims";
import { redirectUriOf } from "../sso/oidc/directory";
import { entraAccountId } from "../sso/sso-identity";
import { localPath } from "./local-path";
import { flowCookies, nextAuthSecret, type FlowKind } from "./oidc/flow-cookies";
import { sessionCookieName, sessionCookieOptions } from "./session-cookie";
import { idleLimitMs, touchEveryMs } from "./session-limits";
import type { NewSession } from "./start-session";

/** One sign-in, or trial, through one directory. */
export interface EntraFlow {
  kind: FlowKind;
  directory: SignInDirectory;
  publicUrl: string;
  /** Decides about a person who has proved who they are: the id of the user to begin a session for, or null for none. */
  decide: (identity: EntraIdentity) => Promise<number | null>;
  /** Begins the session. */
  begin: (userId: number) => Promise<NewSession>;
  /** Told what went wrong; next-auth itself only says that something did. */
  onProblem: (problem: unknown) => void;
}

/**
 * next-auth for one request: it keeps state, nonce and verifier in the browser and begins the database session. Who comes in is decided by
 * `flow.decide` alone; next-auth can neither add a user nor link an account, and no token of Microsoft's reaches it.
 */
export function nextAuthOptions(ctx: Context, flow: EntraFlow): NextAuthOptions {
  const https = flow.publicUrl.startsWith("https:");
  const person: { identity?: EntraIdentity; userId?: number } = {};
  return {
    secret: nextAuthSecret(),
    adapter: adapterFor(flow, person),
    providers: [provider(ctx, flow, person)],
    session: { strategy: "database", maxAge: idleLimitMs / 1000, updateAge: touchEveryMs / 1000 },
    useSecureCookies: https,
    cookies: { ...flowCookies(flow.kind, https), sessionToken: { name: sessionCookieName, options: sessionCookieOptions(https) } },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    callbacks: {
      redirect: ({ url, baseUrl }) => baseUrl + localPath(url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url),
      async signIn() {
        try {
          const userId = person.identity ? await flow.decide(person.identity) : null;
          if (userId === null) return false;
          person.userId = userId;
          return true;
        } catch (error) {
          flow.onProblem(error);
          return false;
        }
      },
    },
    logger: {
      // What went wrong was told to onProblem, or is told here; next-auth's own metadata may hold what must not be logged.
      error: (code) => ctx.log.debug({ "next_auth.code": code }, "next-auth ended a sign-in"),
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}

function provider(ctx: Context, flow: EntraFlow, person: { identity?: EntraIdentity }): OAuthConfig<Profile> {
  const { directory, publicUrl, kind } = flow;
  return {
    id: directory.slug,
    name: directory.name,
    type: "oauth",
    checks: ["pkce", "state", "nonce"],
    issuer: directory.issuer,
    clientId: directory.clientId,
    clientSecret: directory.clientSecret,
    authorization: {
      url: directory.endpoints.authorize,
      // A trial lets the admin pick an account; a sign-in takes the one that the browser is signed in with.
      params: { scope: "openid profile email", response_mode: "query", ...(kind === "trial" && { prompt: "select_account" }) },
    },
    token: {
      url: directory.endpoints.token,
      async request({ params, checks }) {
        try {
          person.identity = await acceptAnswer(ctx, directory, {
            code: params.code,
            state: params.state,
            redirectUri: redirectUriOf(publicUrl, directory.slug),
            // next-auth's type leaves the nonce out.
            kept: { state: checks.state, nonce: (checks as { nonce?: string }).nonce, codeVerifier: checks.code_verifier },
          });
        } catch (error) {
          flow.onProblem(error);
          throw error;
        }
        // The id token has said who it is; nothing of it is kept.
        return { tokens: {} };
      },
    },
    userinfo: { request: async () => ({ sub: person.identity ? entraAccountId(person.identity.subject) : "" }) },
    profile: ({ sub }) => ({ id: String(sub), name: person.identity?.name, email: person.identity?.email }),
  };
}

function adapterFor(flow: EntraFlow, person: { userId?: number }): Adapter {
  const never = (what: string) => async (): Promise<never> => {
    throw new Error(`next-auth tried to ${what}; only admitSsoUser may.`);
  };
  const adapter = {
    createUser: never("add a user"),
    linkAccount: never("link an account"),
    updateUser: never("change a user"),
    getUser: async () => null,
    getUserByEmail: async () => null,
    // Before the decision nobody is known; after it, the one who was let in.
    getUserByAccount: async () => (person.userId === undefined ? null : { id: person.userId }),
    // A session that the browser may still hold is never taken over: each sign-in begins its own.
    getSessionAndUser: async () => null,
    updateSession: async () => null,
    deleteSession: async () => undefined,
    async createSession({ userId }: { userId: number }) {
      if (userId !== person.userId) throw new Error("next-auth began a session for somebody who wasn't let in.");
      const { token, absoluteEnd } = await flow.begin(userId);
      return { sessionToken: token, userId, expires: absoluteEnd };
    },
  };
  // next-auth's types know user ids as text only.
  return adapter as unknown as Adapter;
}

import type { Context } from "../../context";
import { ConflictError, ForbiddenError } from "../../errors";
import { hashToken } from "../../secret-box";
import { trialState } from "../../sso/oidc/directory";
import type { SignInDirectory } from "../../sso/oidc/find-sign-in-directory";
import { nextAuthOptions } from "../next-auth-options";
import { callNextAuth } from "./call-next-auth";
import { flowCookies, type FlowKind } from "./flow-cookies";

/** Where to send the browser, with the cookies that make Microsoft's answer its own. */
export interface BegunSignIn {
  location: string;
  setCookies: string[];
}

/**
 * Begins a sign-in through a directory that is on, or the trial that this admin has just asked for. Nothing is stored before Microsoft answers.
 * @param next a path of this server to come back to
 * @throws ConflictError `directory_off`; ForbiddenError `trial_not_yours`
 */
export async function beginSignIn(ctx: Context, directory: SignInDirectory, given: { publicUrl: string; next: string; trial?: string }): Promise<BegunSignIn> {
  const { publicUrl, next, trial } = given;
  if (trial === undefined && !directory.enabledAt) throw new ConflictError("directory_off", "Sign-in through this directory is off.");
  if (trial !== undefined) checkTrial(ctx, directory, trial);
  const kind: FlowKind = trial === undefined ? "sign_in" : "trial";
  const decide = async () => null;
  const begin = () => Promise.reject(new Error("A sign-in that only begins has no session."));
  let problem: unknown;
  const onProblem = (error: unknown) => {
    problem = error;
  };
  const options = nextAuthOptions(ctx, { kind, directory, publicUrl, decide, begin, onProblem });
  const answer = await callNextAuth(publicUrl, options, { action: "signin", slug: directory.slug, cookies: {}, next });
  if (!answer.location.startsWith(`${directory.endpoints.authorize}?`)) {
    throw new Error(`next-auth didn't lead to Microsoft but to ${answer.location.split("?")[0]}.`, { cause: problem });
  }
  const csrf = flowCookies(kind, publicUrl.startsWith("https:")).csrfToken.name;
  return { location: answer.location, setCookies: answer.setCookies.filter((line) => !line.startsWith(`${csrf}=`)) };
}

function checkTrial({ actor, now }: Context, directory: SignInDirectory, trial: string): void {
  const isTheirs = actor.kind === "user" && actor.sessionId !== "" && directory.trial?.session === hashToken(actor.sessionId);
  if (isTheirs && directory.trial?.id === trial && trialState(directory, now()) === "waiting") return;
  throw new ForbiddenError("trial_not_yours", "This trial was begun by somebody else, or has ended. Press Try it again.");
}

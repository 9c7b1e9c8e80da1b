"use server";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { failedState, plainForm, type ActionState } from "@/lib/auth/admin-action";
import { finishSetup } from "@/lib/auth/finish-setup";
import { sessionCookieName, sessionCookieOptions } from "@/lib/auth/session-cookie";
import { SetupForm } from "@/lib/auth/setup-form";
import { countSignInAttempt } from "@/lib/auth/sign-in-throttle";
import { startSession } from "@/lib/auth/start-session";
import { createContext } from "@/lib/context";
import { cameByHttps, clientAddress } from "@/lib/http/client-address";
import { fieldProblems } from "@/lib/http/error-envelope";

/** What the form shows after a failure: everything typed but the passwords. */
export interface SetupState extends ActionState {
  typed: { token: string; organisationName: string; name: string; email: string };
}

/** Does the first run and signs the first admin in. */
export async function finishFirstRun(_before: SetupState | null, form: FormData): Promise<SetupState> {
  const text = (name: string) => String(form.get(name) ?? "");
  const typed = { token: text("token"), organisationName: text("organisationName"), name: text("name"), email: text("email") };
  const parsed = SetupForm.safeParse(plainForm(form));
  if (!parsed.success) {
    const fields = Object.fromEntries(
      fieldProblems(parsed.error)
        .toReversed()
        .map(({ field, reason }) => [field, reason]),
    );
    return { ok: false, message: "Some fields need another value.", fields, typed };
  }
  const { token, organisationName, publicUrl, name, email, password } = parsed.data;
  const from = await headers();
  const address = clientAddress(from);
  try {
    await countSignInAttempt("setup", address);
    const ctx = createContext({ kind: "nobody" });
    const { admin } = await finishSetup(ctx, { token, organisationName, publicUrl, admin: { name, email, password } });
    const session = await startSession(ctx, admin.id, { kind: "browser", userAgent: from.get("user-agent") ?? "", address });
    (await cookies()).set(sessionCookieName, session.token, { ...sessionCookieOptions(cameByHttps(from)), expires: session.absoluteEnd });
  } catch (error) {
    const state = failedState(error);
    return { ...state, typed, ...(state.code === "setup_token_wrong" && { message: "", fields: { token: state.message } }) };
  }
  redirect("/");
}

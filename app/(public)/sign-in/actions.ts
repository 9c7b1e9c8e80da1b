"use server";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { failedState } from "@/lib/auth/admin-action";
import { endBrowserSession } from "@/lib/auth/end-browser-session";
import { localPath } from "@/lib/auth/local-path";
import { sessionCookieName, sessionCookieOptions } from "@/lib/auth/session-cookie";
import { signInWithPassword } from "@/lib/auth/sign-in-with-password";
import { createContext } from "@/lib/context";
import { cameByHttps, clientAddress } from "@/lib/http/client-address";

/** What the form shows after a failure. */
export interface SignInState {
  ok: false;
  message: string;
  email: string;
}

/** Signs in with a password and goes on to where the visitor wanted to be. */
export async function signIn(_before: SignInState | null, form: FormData): Promise<SignInState> {
  const email = String(form.get("email") ?? "");
  const password = String(form.get("password") ?? "").slice(0, 1000);
  const from = await headers();
  try {
    const address = clientAddress(from);
    const userAgent = from.get("user-agent") ?? "";
    const { session } = await signInWithPassword(createContext({ kind: "nobody", address }), { email, password, kind: "browser", userAgent, address });
    const jar = await cookies();
    await endBrowserSession(createContext({ kind: "nobody" }), jar.get(sessionCookieName)?.value);
    jar.set(sessionCookieName, session.token, { ...sessionCookieOptions(cameByHttps(from)), expires: session.absoluteEnd });
  } catch (error) {
    const { code, message } = failedState(error);
    return { ok: false, email, message: code === "authentication_failed" ? "Email or password isn’t right." : message };
  }
  redirect(localPath(String(form.get("next") ?? "/")));
}

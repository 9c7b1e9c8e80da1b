"use server";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { endSession } from "@/lib/auth/end-session";
import { findVisitor } from "@/lib/auth/require-admin";
import { sessionCookieName } from "@/lib/auth/session-cookie";

/** Ends this browser's session and shows the sign-in page. */
export async function signOut(): Promise<void> {
  const ctx = await findVisitor();
  if (ctx) await endSession(ctx);
  (await cookies()).delete(sessionCookieName);
  redirect("/sign-in");
}

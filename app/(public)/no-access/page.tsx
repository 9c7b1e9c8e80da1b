import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { signOut } from "@/app/(admin)/_shell/sign-out-action";
import { SubmitButton } from "@/app/_components/submit-button";
import { findVisitor, hasNoRole } from "@/lib/auth/require-admin";
import { EntryFrame } from "../entry-frame";

export const metadata: Metadata = { title: "No role yet" };

/** For someone who can sign in but holds no role. */
export default async function NoAccessPage() {
  const ctx = await findVisitor();
  if (ctx?.actor.kind !== "user") redirect("/sign-in");
  if (!hasNoRole(ctx.actor)) redirect("/");
  return (
    <EntryFrame>
      <h1>You have no role here yet</h1>
      <p className="muted under">You’re signed in as {ctx.actor.email}. Ask an admin to give you a role, then open this page again.</p>
      <form action={signOut}>
        <SubmitButton kind="plain" wide sending="Signing out…">
          Sign out
        </SubmitButton>
      </form>
    </EntryFrame>
  );
}

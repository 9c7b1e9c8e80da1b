import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { signOut } from "@/app/(admin)/_shell/sign-out-action";
import { SubmitButton } from "@/app/_components/submit-button";
import { getMe } from "@/lib/auth/get-me";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { findVisitor, hasNoRole } from "@/lib/auth/require-admin";
import { EntryFrame } from "../entry-frame";

export const metadata: Metadata = { title: "No role yet" };
export const dynamic = "force-dynamic";

/** For someone who can sign in but holds no role. */
export default async function NoAccessPage() {
  const ctx = await findVisitor();
  if (ctx?.actor.kind !== "user") redirect("/sign-in");
  if (!hasNoRole(ctx.actor)) redirect("/");
  const [{ name }, { ssoEnabled }] = await Promise.all([getOrganisation(ctx), getMe(ctx)]);
  return (
    <EntryFrame>
      <h1>You have no role here yet</h1>
      <p className="muted under">
        You’re signed in to {name} as <b className="who">{ctx.actor.email}</b>. Without a role there is nothing to see.
      </p>
      <p style={{ marginBottom: 20 }}>
        Ask an admin to give you one, then look again.{ssoEnabled && " If your company gives roles through its directory, sign out and in again instead."}
      </p>
      <p style={{ marginBottom: 10 }}>
        <Link className="btn primary big wide" href="/no-access" prefetch={false} style={{ textDecoration: "none" }}>
          Look again
        </Link>
      </p>
      <form action={signOut}>
        <SubmitButton kind="plain" big wide sending="Signing out…">
          Sign out
        </SubmitButton>
      </form>
    </EntryFrame>
  );
}

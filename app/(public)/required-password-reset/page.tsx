import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { signOut } from "@/app/(admin)/_shell/sign-out-action";
import { SubmitButton } from "@/app/_components/submit-button";
import { findVisitor } from "@/lib/auth/require-admin";
import { EntryFrame } from "../entry-frame";
import { ChooseForm } from "./choose-form";
import "../_entry/links.css";

export const metadata: Metadata = { title: "Choose a new password" };
export const dynamic = "force-dynamic";

/** For someone whom an admin asked for a new password: nothing else opens before. */
export default async function RequiredPasswordResetPage() {
  const ctx = await findVisitor();
  if (ctx?.actor.kind !== "user") redirect("/sign-in");
  if (!ctx.actor.mustResetPassword) redirect("/");
  return (
    <EntryFrame
      foot={
        <form action={signOut} className="lost sm">
          <SubmitButton kind="quiet" sending="Signing out…">
            Sign out
          </SubmitButton>
        </form>
      }
    >
      <h1>Choose your own password</h1>
      <p className="muted under">
        You’re signed in as {ctx.actor.email}. The password you came with was given to you or isn’t trusted any more; choose one that only you know.
      </p>
      <ChooseForm />
    </EntryFrame>
  );
}

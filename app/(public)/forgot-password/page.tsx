import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { isSetUp } from "@/lib/auth/get-organisation";
import { isMailOn } from "@/lib/auth/mail/is-mail-on";
import { resetMinutes } from "@/lib/auth/resets/make-reset-link";
import { createContext } from "@/lib/context";
import { EntryFrame } from "../entry-frame";
import { AskForm } from "./ask-form";
import "../_entry/links.css";

export const metadata: Metadata = { title: "Forgot your password" };
export const dynamic = "force-dynamic";

/** The way to a new password: by mail, or, where none is sent, by the people who can give one. */
export default async function ForgotPasswordPage() {
  const ctx = createContext({ kind: "nobody" });
  if (!(await isSetUp(ctx))) redirect("/setup");
  return <EntryFrame>{(await isMailOn(ctx)) ? <AskForm minutes={resetMinutes.mail} /> : <WithoutMail />}</EntryFrame>;
}

function WithoutMail() {
  return (
    <>
      <h1>Forgot your password?</h1>
      <p className="muted under">This server doesn’t send mail yet, so it can’t send you a link. There are two other ways.</p>
      <ul className="ways">
        <li>
          <b>Ask an admin.</b> They give you a new password on your page under Users.
        </li>
        <li>
          <b>You run this server?</b> On its computer, in Flotilla’s folder, run
          <code className="line">npm run admin:reset -- you@example.com</code>
          It prints a link that works once, for {resetMinutes.console} minutes.
        </li>
      </ul>
      <p>
        <Link href="/sign-in?way=password">Back to signing in</Link>
      </p>
    </>
  );
}

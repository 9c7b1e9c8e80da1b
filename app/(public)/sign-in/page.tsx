import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Notice } from "@/app/_components/notice";
import { getOrganisation, isSetUp } from "@/lib/auth/get-organisation";
import { localPath } from "@/lib/auth/local-path";
import { findVisitor } from "@/lib/auth/require-admin";
import { createContext } from "@/lib/context";
import { listSignInWays } from "@/lib/sso/list-sign-in-ways";
import { EntryFrame } from "../entry-frame";
import { PasswordForm } from "./password-form";
import { signInStatus } from "./sign-in-status";
import { SsoButtons } from "./sso-buttons";

export const metadata: Metadata = { title: "Sign in" };
export const dynamic = "force-dynamic";

type Query = Partial<Record<"next" | "status" | "ref" | "way", string | string[]>>;

/** Where admins sign in, by single sign-on first; a person locked out of their apps is shown the way back in instead. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const next = localPath(query.next);
  const ctx = createContext({ kind: "nobody" });
  if (!(await isSetUp(ctx))) redirect("/setup");
  const status = signInStatus(query.status, query.ref);
  // Somebody signed in already, whose other way in failed, is told so; everybody else who is signed in goes on.
  if (!status && (await findVisitor())) redirect(next);
  const [{ name }, ways] = await Promise.all([getOrganisation(ctx), listSignInWays(ctx, next)]);
  const byPassword = ways.length === 0 || query.way === "password";
  return (
    <EntryFrame
      foot={
        <p className="lost sm">
          <b>Locked out of your apps?</b> You don’t need to sign in here. {/* A page of its own, without React: a plain link. */}
          {/* oxlint-disable-next-line nextjs/no-html-link-for-pages */}
          <a href="/microsoft-compliance-partner/remediate">See how to get back in</a>
        </p>
      }
    >
      <h1>Sign in</h1>
      <p className="muted under">{name}</p>
      {status && (
        <div className="why">
          <Notice kind="held">
            <b>{status.title}</b> {status.next}
            {status.reference && (
              <span className="ref">
                Tell them this reference: <code>{status.reference}</code>
              </span>
            )}
          </Notice>
        </div>
      )}
      {byPassword ? <PasswordForm next={next} /> : <SsoButtons ways={ways} />}
      {ways.length > 0 && (
        <p className="other-way">
          <a href={address(next, !byPassword)}>{byPassword ? "Back to single sign-on" : "Use a password instead"}</a>
        </p>
      )}
    </EntryFrame>
  );
}

function address(next: string, byPassword: boolean): string {
  const query = new URLSearchParams({ ...(next !== "/" && { next }), ...(byPassword && { way: "password" }) });
  return query.size > 0 ? `/sign-in?${query}` : "/sign-in";
}

import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getOrganisation, isSetUp } from "@/lib/auth/get-organisation";
import { localPath } from "@/lib/auth/local-path";
import { findVisitor } from "@/lib/auth/require-admin";
import { createContext } from "@/lib/context";
import { EntryFrame } from "../entry-frame";
import { PasswordForm } from "./password-form";

export const metadata: Metadata = { title: "Sign in" };
export const dynamic = "force-dynamic";

/** Where admins sign in; a person locked out of their apps is shown the way back in instead. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const next = localPath((await searchParams).next);
  const ctx = createContext({ kind: "nobody" });
  if (!(await isSetUp(ctx))) redirect("/setup");
  if (await findVisitor()) redirect(next);
  const { name } = await getOrganisation(ctx);
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
      <PasswordForm next={next} />
    </EntryFrame>
  );
}

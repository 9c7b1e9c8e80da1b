import type { Metadata } from "next";
import Link from "next/link";
import { param, wordParam, type SearchParams } from "@/app/_components/address";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { findInvite } from "@/lib/auth/invites/find-invite";
import { NotFoundError, TooManyRequestsError } from "@/lib/errors";
import { ForgetAddress } from "../_entry/forget-address";
import { visitorContext } from "../_entry/visitor";
import { EntryFrame } from "../entry-frame";
import { AcceptForm } from "./accept-form";
import "../_entry/links.css";

export const metadata: Metadata = { title: "Accept an invite", robots: { index: false } };
export const dynamic = "force-dynamic";

/** Where an invite's link leads. Looking at it spends nothing. */
export default async function AcceptInvitePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const given = await searchParams;
  const joined = wordParam(given, "joined", ["", "sso", "password"], "");
  if (joined) return <Joined bySso={joined === "sso"} />;
  const token = param(given, "token").slice(0, 200);
  const ctx = await visitorContext();
  const [{ name: organisation }, found] = await Promise.all([getOrganisation(ctx), look(ctx, token)]);
  return (
    <EntryFrame>
      <ForgetAddress />
      {"email" in found ? (
        <AcceptForm
          token={token}
          email={found.email}
          name={found.name}
          organisation={organisation}
          invitedBy={found.invitedByName}
          ssoEnabled={found.ssoEnabled}
        />
      ) : (
        <>
          <h1>{found.title}</h1>
          <p className="muted under">{found.next}</p>
          <p>
            <Link href="/sign-in">Sign in instead</Link>
          </p>
        </>
      )}
    </EntryFrame>
  );
}

function Joined({ bySso }: { bySso: boolean }) {
  return (
    <EntryFrame>
      <h1>Your account is ready</h1>
      <p className="muted under">{bySso ? "Sign in with your work account." : "Sign in with your address and the password you chose."}</p>
      <Link className="btn primary big wide" href={bySso ? "/sign-in" : "/sign-in?way=password"}>
        Sign in
      </Link>
    </EntryFrame>
  );
}

async function look(ctx: Awaited<ReturnType<typeof visitorContext>>, token: string) {
  try {
    if (token !== "") return await findInvite(ctx, token);
  } catch (error) {
    if (error instanceof TooManyRequestsError) return { title: "Wait a moment", next: error.message };
    if (!(error instanceof NotFoundError)) throw error;
  }
  return {
    title: "This invite doesn’t open any more",
    next: "It was used already, taken back, or is older than seven days. If you haven’t joined yet, ask whoever invited you to send it again.",
  };
}

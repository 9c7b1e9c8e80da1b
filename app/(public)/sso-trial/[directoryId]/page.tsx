import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { NotFoundError } from "@/lib/errors";
import { trialState } from "@/lib/sso/oidc/directory";
import { getDirectory } from "@/lib/sso/oidc/get-directory";
import { signInProblems } from "@/lib/sso/oidc/sign-in-problem";
import { EntryFrame } from "../../entry-frame";

export const metadata: Metadata = { title: "Trial" };
export const dynamic = "force-dynamic";

interface TrialPageProps {
  params: Promise<{ directoryId: string }>;
  searchParams: Promise<{ problem?: string | string[] }>;
}

/** Where a trial ends, in its second window: one sentence, and the way back to the directory. */
export default async function TrialPage({ params, searchParams }: TrialPageProps) {
  const ctx = await requireAdmin();
  const directoryId = Number((await params).directoryId);
  const { problem } = await searchParams;
  if (!Number.isSafeInteger(directoryId) || directoryId > 2_147_483_647 || !isAllowed(ctx, "security_settings:read")) notFound();
  const { directory } = await getDirectory(ctx, directoryId).catch((error: unknown) => {
    if (error instanceof NotFoundError) notFound();
    throw error;
  });
  const words = wordsFor(typeof problem === "string" ? problem : undefined, trialState(directory, ctx.now()));
  return (
    <EntryFrame>
      <h1>{words.title}</h1>
      <p className="muted under">{words.text}</p>
      <p>
        <Link href={`/settings/integrations/single-sign-on/directories/${directory.id}`}>Go to {directory.name}</Link>
      </p>
    </EntryFrame>
  );
}

function wordsFor(problem: string | undefined, state: ReturnType<typeof trialState>): { title: string; text: string } {
  if (problem !== undefined) {
    const known = Object.hasOwn(signInProblems, problem) ? signInProblems[problem as keyof typeof signInProblems] : "";
    return { title: "This trial doesn’t count", text: `${known} Press Try it again.`.trim() };
  }
  if (state === "passed") return { title: "It works", text: "The first window shows what Microsoft said. You may close this one." };
  if (state === "failed") return { title: "It didn’t work", text: "The first window says why. You may close this one." };
  return { title: "Nothing was tried here", text: "Begin the trial on the directory’s page." };
}

import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { isSetUp } from "@/lib/auth/get-organisation";
import { createContext } from "@/lib/context";
import { cameByHttps } from "@/lib/http/client-address";
import { EntryFrame } from "../entry-frame";
import { SetupSteps } from "./setup-steps";

export const metadata: Metadata = { title: "Set up", referrer: "no-referrer" };
export const dynamic = "force-dynamic";

/** The first run, open until it was finished; then nothing stands here. */
export default async function SetupPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  if (await isSetUp(createContext({ kind: "nobody" }))) notFound();
  const { token } = await searchParams;
  const from = await headers();
  const address = `${cameByHttps(from) ? "https" : "http"}://${from.get("host") ?? "localhost"}`;
  return (
    <EntryFrame>
      <h1>Set up Flotilla</h1>
      <p className="muted under">Three things, about a minute. You can change all of them later.</p>
      <SetupSteps token={typeof token === "string" ? token : ""} address={process.env.PUBLIC_URL ?? address} />
    </EntryFrame>
  );
}

import type { Metadata } from "next";
import { param, type SearchParams } from "@/app/_components/address";
import { ForgetAddress } from "../_entry/forget-address";
import { EntryFrame } from "../entry-frame";
import { ResetForm } from "./reset-form";
import "../_entry/links.css";

export const metadata: Metadata = { title: "Choose a new password", robots: { index: false } };
export const dynamic = "force-dynamic";

/** Where a one-time link leads. Looking at it spends nothing, so that a mail scanner doesn't use it up. */
export default async function ResetPasswordPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  return (
    <EntryFrame>
      <ForgetAddress />
      <ResetForm token={param(await searchParams, "token").slice(0, 200)} />
    </EntryFrame>
  );
}

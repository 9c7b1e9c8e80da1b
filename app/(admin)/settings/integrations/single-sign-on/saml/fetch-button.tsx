"use client";
import { useActionState } from "react";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { fetchMetadata } from "./actions";

/** Has the metadata fetched now, in place of within the hour. */
export function FetchButton() {
  const [state, send] = useActionState(fetchMetadata, { ok: false, message: "", fields: {} });
  return (
    <form action={send} className="wacts">
      <SubmitButton sending="Fetching…" kind="plain">
        Fetch again
      </SubmitButton>
      <FormMessage state={state} />
    </form>
  );
}

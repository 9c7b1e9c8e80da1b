"use server";
import { z } from "zod";
import { failedState, type ActionState } from "@/lib/auth/admin-action";
import { askForReset } from "@/lib/auth/resets/ask-for-reset";
import { visitorContext } from "../_entry/visitor";

const Address = z.email().max(254);

/** What the form shows: the address that was asked about, and what came of it. */
export interface AskState extends ActionState {
  email: string;
}

/** Asks for a link by mail. Whether somebody has the address isn't told. */
export async function askForLink(_before: AskState | null, form: FormData): Promise<AskState> {
  const email = String(form.get("email") ?? "").trim();
  if (!Address.safeParse(email).success) return { ok: false, message: "", fields: { email: "expected an e-mail address, such as ines@example.com" }, email };
  try {
    await askForReset(await visitorContext(), email);
    return { ok: true, message: "", fields: {}, email };
  } catch (error) {
    return { ...failedState(error), email };
  }
}

import { unstable_rethrow } from "next/navigation";
import type { z } from "zod";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { ForbiddenError, UnauthenticatedError } from "../errors";
import { asFlotillaError, fieldProblems } from "../http/error-envelope";
import { getLogger } from "../log";
import { actionEntry, type ActionKey } from "./access/access-table";
import { findVisitor } from "./require-admin";

/** What a form shows after its action: `fields` has a sentence per wrong field, `code` the error's code, `data` what the action gave. */
export interface ActionState<Data = unknown> {
  ok: boolean;
  message: string;
  fields: Record<string, string>;
  code?: string;
  data?: Data;
}

/** A form that wasn't sent yet. */
export const untouched: ActionState = { ok: false, message: "", fields: {} };

/**
 * A server action for `useActionState` (previous state, then form data) or for calling by itself with form data or a plain object.
 * Checks the session, the access table's entry of `action`, and the fields; an error becomes a form state, a redirect passes through. A string that `act` gives is the message.
 */
export function adminAction<Schema extends z.ZodType, Data>(action: ActionKey, schema: Schema, act: (ctx: Context, form: z.output<Schema>) => Promise<Data>) {
  return async (...given: [unknown] | [unknown, unknown]): Promise<ActionState<Data>> => {
    try {
      const ctx = await findVisitor();
      if (!ctx) throw new UnauthenticatedError("not_signed_in", "You were signed out. Sign in again, then repeat this.");
      checkAccess(ctx, action);
      const parsed = schema.safeParse(plainForm(given.at(-1)));
      if (!parsed.success) {
        const fields = Object.fromEntries(
          fieldProblems(parsed.error)
            .toReversed()
            .map(({ field, reason }) => [field, reason]),
        );
        return { ok: false, code: "invalid_input", message: "Some fields need another value.", fields };
      }
      const data = await act(ctx, parsed.data);
      return { ok: true, message: typeof data === "string" ? data : "", fields: {}, data };
    } catch (error) {
      unstable_rethrow(error);
      return failedState(error);
    }
  };
}

function checkAccess(ctx: Context, action: ActionKey): void {
  const { access, beforeReset } = actionEntry(action);
  if (ctx.actor.kind === "user" && ctx.actor.mustResetPassword && !beforeReset) {
    throw new ForbiddenError("password_reset_required", "Choose a new password first: an admin asked for it.");
  }
  if (access !== "signed_in" && access !== "open") authorize(ctx, access);
}

/** The form state of an error; what isn't one of ours is logged and told without its inside. */
export function failedState(error: unknown): ActionState<never> {
  const known = asFlotillaError(error);
  if (known)
    return { ok: false, code: known.code, message: known.message, fields: Object.fromEntries(known.fields.map(({ field, reason }) => [field, reason])) };
  getLogger().error({ "error.message": String(error), "error.stack": (error as Error)?.stack }, "a form ended in an unexpected error");
  return { ok: false, code: "internal_error", message: "The server failed and changed nothing. Try again; its log has the cause.", fields: {} };
}

/** Form data as an object: a repeated name, or one that ends in [], becomes a list. Files and React's own fields are left out. */
export function plainForm(input: unknown): unknown {
  if (!(input instanceof FormData)) return input;
  const form: Record<string, unknown> = {};
  for (const name of new Set(input.keys())) {
    if (name.startsWith("$ACTION")) continue;
    const values = input.getAll(name).filter((value) => typeof value === "string");
    if (name.endsWith("[]")) form[name.slice(0, -2)] = values;
    else form[name] = values.length > 1 ? values : (values[0] ?? "");
  }
  return form;
}

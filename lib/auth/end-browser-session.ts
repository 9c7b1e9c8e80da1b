import type { Context } from "../context";
import { sessionAdapter } from "./session-adapter";

/** Ends the session of this token, if there is one: a browser that signs in anew leaves none behind. */
export async function endBrowserSession(ctx: Pick<Context, "now">, token: string | undefined): Promise<void> {
  if (token) await sessionAdapter(ctx).deleteSession?.(token);
}

import type { Context } from "../../context";
import { listEnabledNames } from "./directory-queries";

/** What the sign-in page offers, to anyone: the directories that are on. `/sign-in/sso/<slug>` begins a sign-in. */
export function listSignInDirectories(ctx: Pick<Context, "db">): Promise<{ slug: string; name: string }[]> {
  return listEnabledNames(ctx.db);
}

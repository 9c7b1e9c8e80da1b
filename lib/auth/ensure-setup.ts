import type { Context } from "../context";
import type { Env } from "../env";
import { NotFoundError, StartupError } from "../errors";
import { finishSetup } from "./finish-setup";
import { getOrganisationRow, updatePublicUrl } from "./organisation-queries";
import { Email, NewPassword } from "./password-rules";
import { PublicAddress } from "./public-address";
import { issueSetupToken } from "./setup-token";

/**
 * Called at every start. ADMIN_EMAIL with ADMIN_PASSWORD (and ORGANISATION_NAME, PUBLIC_URL) do the first run; without them it waits for /setup.
 * Later, PUBLIC_URL goes on to settle the public address; the admin's variables are ignored.
 * @throws StartupError `admin_password_missing`, `admin_email_invalid`, `admin_password_weak`, `public_url_invalid`
 */
export async function ensureSetup(
  ctx: Context,
  env: Pick<Env, "ADMIN_EMAIL" | "ADMIN_PASSWORD" | "ORGANISATION_NAME" | "PUBLIC_URL" | "PORT">,
): Promise<"done" | "finished_now" | "waiting"> {
  const publicUrl = checkedAddress(env.PUBLIC_URL);
  const row = await getOrganisationRow(ctx.db);
  if (publicUrl && row.publicUrl !== publicUrl) await updatePublicUrl(ctx.db, publicUrl);
  if (row.setUpAt) return "done";
  if (env.ADMIN_EMAIL || env.ADMIN_PASSWORD) {
    const admin = checkedAdmin(env.ADMIN_EMAIL, env.ADMIN_PASSWORD);
    try {
      await finishSetup(ctx, {
        token: null,
        organisationName: env.ORGANISATION_NAME ?? "My organisation",
        publicUrl: publicUrl ?? `http://localhost:${env.PORT}`,
        admin: { ...admin, name: nameFrom(admin.email) },
      });
    } catch (error) {
      // Another instance that started at the same time was first.
      if (error instanceof NotFoundError) return "done";
      throw error;
    }
    return "finished_now";
  }
  return "waiting";
}

/** While the first run is open: prints, once per start, the address that opens it. The token in it is stored only as its hash. */
export async function announceSetup(ctx: Context, origin: string): Promise<void> {
  const token = await issueSetupToken(ctx);
  if (token) console.log(`Set it up, once, at ${origin}/setup?token=${token}`);
}

function checkedAddress(address: string | undefined): string | undefined {
  if (!address) return undefined;
  const parsed = PublicAddress.safeParse(address);
  if (!parsed.success)
    throw new StartupError("public_url_invalid", `PUBLIC_URL is not usable: ${parsed.error.issues[0]?.message}. Correct it and start again.`);
  return parsed.data;
}

function checkedAdmin(email: string | undefined, password: string | undefined): { email: string; password: string } {
  if (!email || !password)
    throw new StartupError("admin_password_missing", "ADMIN_EMAIL and ADMIN_PASSWORD belong together. Set both, or neither to get a setup token.");
  const address = Email.safeParse(email);
  if (!address.success) throw new StartupError("admin_email_invalid", "ADMIN_EMAIL is not usable: expected an e-mail address. Correct it and start again.");
  const chosen = NewPassword.safeParse(password);
  if (!chosen.success) throw new StartupError("admin_password_weak", `ADMIN_PASSWORD ${chosen.error.issues[0]?.message}. Choose another one and start again.`);
  return { email: address.data, password: chosen.data };
}

// "ines.ribeiro@example.com" → "Ines Ribeiro"
function nameFrom(email: string): string {
  const words = (email.split("@")[0] ?? "").split(/[._-]+/).filter(Boolean);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ") || email;
}

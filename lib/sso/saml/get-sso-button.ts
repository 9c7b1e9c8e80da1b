import type { Context } from "../../context";
import { getSamlSettingsRow } from "./saml-queries";

/** What the sign-in page may know of SAML before anybody signed in. */
export interface SsoButton {
  enabled: boolean;
  idpName: string;
  idpImageUrl: string;
}

/** The button of the sign-in page: whether there is one, and what stands on it. Asks for no permission, and says nothing while SAML is off. */
export async function getSsoButton(ctx: Pick<Context, "db">): Promise<SsoButton> {
  const { enabled, idpName, idpImageUrl } = await getSamlSettingsRow(ctx.db);
  return enabled ? { enabled, idpName, idpImageUrl } : { enabled, idpName: "", idpImageUrl: "" };
}

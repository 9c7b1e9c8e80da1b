import type { Metadata } from "next";
import { NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { connectionWord } from "@/lib/compliance/entra/connection-word";
import { getDefaultConnection } from "@/lib/compliance/entra/get-default-connection";
import { listSignInWays } from "@/lib/sso/list-sign-in-ways";
import "./conditional-access/connect.css";
import { SettingsRow, type SettingsRowFacts } from "../_parts/settings-row";

export const metadata: Metadata = { title: "Integrations" };
export const dynamic = "force-dynamic";

/** Other services that this server works with, each with how it stands. */
export default async function IntegrationsPage() {
  const ctx = await requireAdmin();
  const [maySeeConnection, maySeeSignIn] = [isAllowed(ctx, "connection:read"), isAllowed(ctx, "security_settings:read")];
  const [connection, ways] = await Promise.all([maySeeConnection ? getDefaultConnection(ctx) : null, listSignInWays(ctx, "/")]);
  const signIn: SettingsRowFacts = {
    href: "/settings/integrations/single-sign-on",
    icon: "lock",
    title: "Single sign-on",
    note: "Directories, SAML, and the roles they give",
    value: ways.length === 0 ? "Off" : ways.map(({ name }) => name).join(", "),
  };
  const access: SettingsRowFacts = {
    href: "/settings/integrations/conditional-access",
    icon: "gate",
    title: "Conditional access",
    note: "The Entra tenant this server reports to, its app and its health",
    value: connectionWord(connection),
  };
  const rows = [...(maySeeSignIn ? [signIn] : []), ...(maySeeConnection ? [access] : [])];
  return (
    <>
      <PageHeader title="Integrations" crumbs={[{ href: "/settings", text: "Settings" }]} />
      <div className="pad set-list">
        {rows.length === 0 && <NoPermission>Integrations are seen by people with a global role.</NoPermission>}
        {rows.map((row) => (
          <SettingsRow key={row.href} {...row} />
        ))}
      </div>
    </>
  );
}

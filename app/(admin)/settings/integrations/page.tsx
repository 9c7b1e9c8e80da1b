import type { Metadata } from "next";
import Link from "next/link";
import { NoPermission } from "@/app/_components/blank";
import { Icon, type IconName } from "@/app/_components/icon";
import { PageHeader } from "@/app/_components/page-header";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { connectionWord } from "@/lib/compliance/entra/connection-word";
import { getDefaultConnection } from "@/lib/compliance/entra/get-default-connection";
import { listSignInWays } from "@/lib/sso/list-sign-in-ways";
import "./conditional-access/connect.css";

export const metadata: Metadata = { title: "Integrations" };
export const dynamic = "force-dynamic";

interface Row {
  href: string;
  icon: IconName;
  title: string;
  note: string;
  value: string;
}

/** Other services that this server works with, each with how it stands. */
export default async function IntegrationsPage() {
  const ctx = await requireAdmin();
  const [maySeeConnection, maySeeSignIn] = [isAllowed(ctx, "connection:read"), isAllowed(ctx, "security_settings:read")];
  const [connection, ways] = await Promise.all([maySeeConnection ? getDefaultConnection(ctx) : null, listSignInWays(ctx, "/")]);
  const signIn: Row = {
    href: "/settings/integrations/single-sign-on",
    icon: "lock",
    title: "Single sign-on",
    note: "Directories, SAML, and the roles they give",
    value: ways.length === 0 ? "Off" : ways.map(({ name }) => name).join(", "),
  };
  const access: Row = {
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
        {rows.map(({ href, icon, title, note, value }) => (
          <Link href={href} key={href}>
            <Icon name={icon} style={{ width: 18, height: 18 }} />
            <span style={{ minWidth: 0 }}>
              <b style={{ fontWeight: 560 }}>{title}</b>
              <span className="sm muted" style={{ display: "block" }}>
                {note}
              </span>
            </span>
            <span className="muted">{value}</span>
            <Icon name="right" />
          </Link>
        ))}
      </div>
    </>
  );
}

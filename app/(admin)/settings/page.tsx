import type { Metadata } from "next";
import Link from "next/link";
import { Icon, type IconName } from "@/app/_components/icon";
import { PageHeader } from "@/app/_components/page-header";
import { requireAdmin } from "@/lib/auth/require-admin";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { connectionWord } from "@/lib/compliance/entra/connection-word";
import { getDefaultConnection } from "@/lib/compliance/entra/get-default-connection";
import "./integrations/conditional-access/connect.css";

export const metadata: Metadata = { title: "Settings" };
export const dynamic = "force-dynamic";

/** What can be set, each with what it is set to. */
export default async function SettingsPage() {
  const ctx = await requireAdmin();
  const [connection, organisation] = await Promise.all([getDefaultConnection(ctx), getOrganisation(ctx)]);
  const rows: { href: string; icon: IconName; title: string; note: string; value: string }[] = [
    {
      href: "/settings/integrations/conditional-access",
      icon: "gate",
      title: "Conditional access",
      note: "The Entra tenant this server reports to, its app and its health",
      value: connectionWord(connection),
    },
    {
      href: "/settings/organisation",
      icon: "people",
      title: "Organisation",
      note: "Name, public address, and whom a blocked person can call",
      value: organisation.name,
    },
  ];
  return (
    <>
      <PageHeader title="Settings" />
      <div className="pad set-list">
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

import type { Metadata } from "next";
import { PageHeader } from "@/app/_components/page-header";
import { isMailOn } from "@/lib/auth/mail/is-mail-on";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { connectionWord } from "@/lib/compliance/entra/connection-word";
import { getDefaultConnection } from "@/lib/compliance/entra/get-default-connection";
import { listSignInWays } from "@/lib/sso/list-sign-in-ways";
import "./integrations/conditional-access/connect.css";
import { SettingsRow, type SettingsRowFacts } from "./_parts/settings-row";

export const metadata: Metadata = { title: "Settings" };
export const dynamic = "force-dynamic";

/** What can be set, each with what it is set to. */
export default async function SettingsPage() {
  const ctx = await requireAdmin();
  const mayReadConnections = isAllowed(ctx, "connection:read");
  const maySeeSignIn = isAllowed(ctx, "security_settings:read");
  const [connection, organisation, ways, mail] = await Promise.all([
    mayReadConnections ? getDefaultConnection(ctx) : null,
    getOrganisation(ctx),
    maySeeSignIn ? listSignInWays(ctx, "/") : [],
    isMailOn(ctx),
  ]);
  const rows: (SettingsRowFacts & { hidden?: boolean })[] = [
    {
      hidden: !mayReadConnections,
      href: "/settings/integrations/conditional-access",
      icon: "gate",
      title: "Conditional access",
      note: "The Entra tenant this server reports to, its app and its health",
      value: connectionWord(connection),
    },
    {
      hidden: !maySeeSignIn,
      href: "/settings/integrations/single-sign-on",
      icon: "lock",
      title: "Single sign-on",
      note: "Directories and SAML that people sign in with, and the roles they give",
      value: ways.length === 0 ? "Off" : ways.map(({ name }) => name).join(", "),
    },
    {
      hidden: !isAllowed(ctx, "security_settings:write"),
      href: "/settings/mail",
      icon: "chat",
      title: "Mail",
      note: "How invites and links for forgotten passwords are sent",
      value: mail ? "On" : "Off",
    },
    {
      hidden: !maySeeSignIn,
      href: "/settings/health",
      icon: "activity",
      title: "Health",
      note: "How this server does: its processes, their figures, and metrics for Prometheus",
      value: "",
    },
    {
      href: "/settings/retention",
      icon: "hour",
      title: "Data retention",
      note: "How long history is kept, and how much room it takes",
      value: "",
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
        {rows
          .filter(({ hidden }) => !hidden)
          .map((row) => (
            <SettingsRow key={row.href} {...row} />
          ))}
      </div>
    </>
  );
}

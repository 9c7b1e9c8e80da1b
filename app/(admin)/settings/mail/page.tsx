import type { Metadata } from "next";
import { NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";
import { getMailSettings } from "@/lib/auth/mail/get-mail-settings";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { MailForm } from "./mail-form";
import "../integrations/conditional-access/connect.css";
import "./mail.css";

export const metadata: Metadata = { title: "Mail" };
export const dynamic = "force-dynamic";

/** How this server sends mail, and a way to see that it does. */
export default async function MailPage() {
  const ctx = await requireAdmin();
  const { actor } = ctx;
  const allowed = isAllowed(ctx, "security_settings:write") && actor.kind === "user";
  return (
    <>
      <PageHeader title="Mail" crumbs={[{ href: "/settings", text: "Settings" }]} note="How invites and links for forgotten passwords reach people." />
      <div className="pad settings-page">{allowed ? <MailForm settings={await shown(ctx)} me={actor.email} /> : <NoPermission />}</div>
    </>
  );
}

async function shown(ctx: Parameters<typeof getMailSettings>[0]) {
  const { updatedAt, ...settings } = await getMailSettings(ctx);
  void updatedAt;
  return settings;
}

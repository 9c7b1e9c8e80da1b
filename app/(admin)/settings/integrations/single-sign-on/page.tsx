import type { Metadata } from "next";
import { NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { getSsoButton } from "@/lib/sso/saml/get-sso-button";
import { DirectoriesSection } from "./directories/directories-section";
import { PasswordSection } from "./password-section";
import { RoleRules } from "./role-rules";
import { SamlSection } from "./saml/saml-section";
import "../conditional-access/connect.css";
import "./single-sign-on.css";

export const metadata: Metadata = { title: "Single sign-on" };
export const dynamic = "force-dynamic";

const crumbs = [
  { href: "/settings", text: "Settings" },
  { href: "/settings/integrations", text: "Integrations" },
];

/** How people sign in: directories first, then SAML, then what is left when both fail. */
export default async function SingleSignOnPage() {
  const ctx = await requireAdmin();
  const saml = await getSsoButton(ctx);
  return (
    <>
      <PageHeader title="Single sign-on" crumbs={crumbs} />
      {isAllowed(ctx, "security_settings:read") ? (
        <div className="pad card-page">
          <DirectoriesSection ctx={ctx} />
          <SamlSection ctx={ctx} />
          {saml.enabled && <RoleRules directoryId={null} title="Roles by SAML" />}
          <PasswordSection ctx={ctx} />
        </div>
      ) : (
        <div className="pad">
          <NoPermission>How people sign in is seen and changed by global admins.</NoPermission>
        </div>
      )}
    </>
  );
}

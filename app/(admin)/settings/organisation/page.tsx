import type { Metadata } from "next";
import { NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { OrganisationForm } from "./organisation-form";
import "../integrations/conditional-access/connect.css";

export const metadata: Metadata = { title: "Organisation" };
export const dynamic = "force-dynamic";

/** Who runs this server, where it is reached, and whom a blocked person can call. */
export default async function OrganisationPage() {
  const ctx = await requireAdmin();
  const organisation = await getOrganisation(ctx);
  return (
    <>
      <PageHeader title="Organisation" crumbs={[{ href: "/settings", text: "Settings" }]} />
      <div className="pad" style={{ paddingTop: 20, paddingBottom: 48 }}>
        {isAllowed(ctx, "organisation:write") ? (
          <OrganisationForm organisation={organisation} />
        ) : (
          <NoPermission>
            Changing these needs the admin role. {organisation.name} is reached at {organisation.publicUrl}.
          </NoPermission>
        )}
      </div>
    </>
  );
}

import type { Metadata } from "next";
import { Suspense } from "react";
import { NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { getRetention } from "@/lib/retention/get-retention";
import { GrowthSkeleton, GrowthTable } from "./growth-table";
import { RetentionForm } from "./retention-form";
import "../integrations/conditional-access/connect.css";
import "./retention.css";

export const metadata: Metadata = { title: "Data retention" };
export const dynamic = "force-dynamic";

/** What this server keeps of what happened, how much room that takes, and when it goes. */
export default async function RetentionPage() {
  const ctx = await requireAdmin();
  if (!isAllowed(ctx, "organisation:read")) {
    return (
      <Frame>
        <NoPermission />
      </Frame>
    );
  }
  const retention = await getRetention(ctx);
  return (
    <Frame>
      <section aria-labelledby="room">
        <h2 className="h2" id="room">
          Room in the database
        </h2>
        <Suspense fallback={<GrowthSkeleton />}>
          <GrowthTable ctx={ctx} retention={retention} />
        </Suspense>
      </section>
      <section aria-labelledby="periods">
        <h2 className="h2" id="periods">
          How long it is kept
        </h2>
        {isAllowed(ctx, "organisation:write") ? (
          <RetentionForm retention={retention} />
        ) : (
          <NoPermission>Changing the periods needs the admin role.</NoPermission>
        )}
      </section>
    </Frame>
  );
}

function Frame({ children }: { children: React.ReactNode }) {
  return (
    <>
      <PageHeader
        title="Data retention"
        crumbs={[{ href: "/settings", text: "Settings" }]}
        note="What is older than its period goes at night, a little at a time."
      />
      <div className="pad settings-page retention-page">{children}</div>
    </>
  );
}

import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { NotFoundError } from "@/lib/errors";
import { directoryClouds, redirectUriOf, trialState } from "@/lib/sso/oidc/directory";
import { getDirectory } from "@/lib/sso/oidc/get-directory";
import { RoleRules } from "../../role-rules";
import { AdmissionForm } from "../admission-form";
import { DeleteDialog } from "../delete-dialog";
import { DirectoryForm } from "../directory-form";
import { cloudTitles, DirectoryState } from "../directory-words";
import { EntraSteps } from "../entra-steps";
import { TrialPanel } from "../trial-panel";
import { TrialResult } from "../trial-result";
import "../../../conditional-access/connect.css";

export const metadata: Metadata = { title: "Directory" };
export const dynamic = "force-dynamic";

const crumbs = [
  { href: "/settings", text: "Settings" },
  { href: "/settings/integrations", text: "Integrations" },
  { href: "/settings/integrations/single-sign-on", text: "Single sign-on" },
];

/** One Entra directory: its trial and its switch, whom it adds, its settings, and what was done in Entra for it. */
export default async function DirectoryPage({ params }: { params: Promise<{ directoryId: string }> }) {
  const ctx = await requireAdmin();
  const directoryId = Number((await params).directoryId);
  if (!Number.isSafeInteger(directoryId) || directoryId < 1 || directoryId > 2_147_483_647) notFound();
  if (!isAllowed(ctx, "security_settings:read")) {
    return (
      <>
        <PageHeader title="Directory" crumbs={crumbs} />
        <div className="pad">
          <NoPermission />
        </div>
      </>
    );
  }
  const [{ publicUrl }, found] = await Promise.all([getOrganisation(ctx), getDirectory(ctx, directoryId).catch(missing)]);
  if (!found) notFound();
  const { directory, people } = found;
  const now = ctx.now();
  const isOn = directory.enabledAt !== null;
  const canWrite = isAllowed(ctx, "security_settings:write");
  const redirectUri = redirectUriOf(publicUrl, directory.slug);
  const used = people === 0 ? "Nobody has signed in through it yet." : `${people === 1 ? "1 person has" : `${people} people have`} signed in through it.`;
  return (
    <>
      <PageHeader title={directory.name} crumbs={crumbs} tag={<DirectoryState directory={directory} now={now} />} note={used}>
        {canWrite && <DeleteDialog directoryId={directory.id} name={directory.name} people={people} isOn={isOn} />}
      </PageHeader>
      <div className="pad card-page">
        <section aria-labelledby="trial">
          <h2 className="h2" id="trial" style={{ marginBottom: 12 }}>
            Trial
          </h2>
          {canWrite ? (
            <TrialPanel directoryId={directory.id} isOn={isOn} state={trialState(directory, now)}>
              <TrialResult directory={directory} now={now} />
            </TrialPanel>
          ) : (
            <TrialResult directory={directory} now={now} />
          )}
        </section>
        {canWrite ? (
          <>
            <section aria-labelledby="people">
              <h2 className="h2" id="people" style={{ marginBottom: 12 }}>
                People
              </h2>
              <AdmissionForm directory={directory} />
            </section>
            <RoleRules directoryId={directory.id} />
            <section aria-labelledby="settings">
              <h2 className="h2" id="settings" style={{ marginBottom: 12 }}>
                Settings
              </h2>
              <DirectoryForm directory={{ ...directory, isOn }} clouds={directoryClouds.map((name) => ({ name, title: cloudTitles[name] }))} />
            </section>
          </>
        ) : (
          <NoPermission>Changing a directory needs the admin role.</NoPermission>
        )}
        <section aria-labelledby="entra">
          <details className="fold">
            <summary id="entra">What was done in Entra for it</summary>
            <EntraSteps redirectUri={redirectUri} cloud={directory.cloud} />
          </details>
        </section>
      </div>
    </>
  );
}

function missing(error: unknown): null {
  if (error instanceof NotFoundError) return null;
  throw error;
}

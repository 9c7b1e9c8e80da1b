import type { Metadata } from "next";
import { NoPermission } from "@/app/_components/blank";
import { Notice } from "@/app/_components/notice";
import { PageHeader } from "@/app/_components/page-header";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { publicAddressProblem } from "@/lib/auth/public-address";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { directoryClouds, nextSlug, redirectUriOf } from "@/lib/sso/oidc/directory";
import { listDirectories } from "@/lib/sso/oidc/list-directories";
import { DirectoryForm } from "../directory-form";
import { cloudTitles } from "../directory-words";
import { EntraSteps } from "../entra-steps";
import "../../../conditional-access/connect.css";

export const metadata: Metadata = { title: "Add a directory" };
export const dynamic = "force-dynamic";

/** Adding an Entra directory: what to do in Entra, with the redirect URI that the directory will have, and the ids that come out of it. */
export default async function NewDirectoryPage() {
  const ctx = await requireAdmin();
  const crumbs = [
    { href: "/settings", text: "Settings" },
    { href: "/settings/integrations", text: "Integrations" },
    { href: "/settings/integrations/single-sign-on", text: "Single sign-on" },
  ];
  if (!isAllowed(ctx, "security_settings:write")) {
    return (
      <>
        <PageHeader title="Add a directory" crumbs={crumbs} />
        <div className="pad">
          <NoPermission>Adding a directory needs the admin role.</NoPermission>
        </div>
      </>
    );
  }
  const [{ publicUrl }, directories] = await Promise.all([getOrganisation(ctx), listDirectories(ctx)]);
  const problem = publicAddressProblem(publicUrl);
  return (
    <>
      <PageHeader title="Add a directory" crumbs={crumbs} note="People of this Entra tenant sign in here with the account they already have." />
      <div className="pad card-page">
        {problem && <Notice kind="unsure">{problem}</Notice>}
        <section aria-labelledby="entra">
          <h2 className="h2" id="entra">
            In Entra
          </h2>
          <EntraSteps redirectUri={redirectUriOf(publicUrl, nextSlug(directories.map(({ slug }) => slug)))} cloud="global" />
        </section>
        <section aria-labelledby="here">
          <h2 className="h2" id="here" style={{ marginBottom: 12 }}>
            Here
          </h2>
          <DirectoryForm directory={null} clouds={directoryClouds.map((name) => ({ name, title: cloudTitles[name] }))} />
          <p className="sm muted" style={{ marginTop: 12 }}>
            A draft is offered to nobody. You try it next, and then switch it on.
          </p>
        </section>
      </div>
    </>
  );
}

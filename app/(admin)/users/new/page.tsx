import type { Metadata } from "next";
import { wordParam, type SearchParams } from "@/app/_components/address";
import { NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";
import { catalogue } from "@/lib/auth/access/catalogue";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { listTeamNames } from "@/lib/teams/list-team-names";
import { AddUserForm } from "../_parts/add-user-form";
import "../../account/_parts/account.css";
import "../_parts/users.css";

export const metadata: Metadata = { title: "Add user" };
export const dynamic = "force-dynamic";

const crumbs = [{ href: "/users", text: "Users" }];

/** A new user: by single sign-on, with a password, or for the API alone. */
export default async function NewUserPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  if (!isAllowed(ctx, "user:write")) {
    return (
      <>
        <PageHeader title="Add user" crumbs={crumbs} />
        <div className="pad">
          <NoPermission who="the admin role, everywhere or on a team" />
        </div>
      </>
    );
  }
  const mayGlobal = isAllowed(ctx, "user:write", { teamId: null });
  const teams = (await listTeamNames(ctx)).filter(({ id }) => isAllowed(ctx, "user:write", { teamId: id }));
  return (
    <>
      <PageHeader title="Add user" crumbs={crumbs} />
      <div className="pad">
        <AddUserForm
          startsWith={wordParam(await searchParams, "kind", ["sso", "password", "api"], "sso")}
          teams={teams}
          mayGlobal={mayGlobal}
          mayInvite={isAllowed(ctx, "invite:write")}
          routes={catalogue.map(({ id, displayName, method, path }) => ({ id, displayName, method, path }))}
        />
      </div>
    </>
  );
}

import type { Metadata } from "next";
import { NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";
import { TimeFrame } from "@/app/_components/time-frame";
import { getMe } from "@/lib/auth/get-me";
import { requireAdmin } from "@/lib/auth/require-admin";
import { getUser } from "@/lib/auth/users/get-user";
import { isAllowed } from "@/lib/authorize";
import { PasswordForm } from "./_parts/password-form";
import { ProfileForm } from "./_parts/profile-form";
import { RoleList } from "./_parts/role-list";
import { UserSessions } from "./_parts/user-sessions";
import { UserTokens } from "./_parts/user-tokens";
import "./_parts/account.css";

export const metadata: Metadata = { title: "My account" };
export const dynamic = "force-dynamic";

/** What a person can see and change of themselves: name, password, sessions and API tokens. */
export default async function AccountPage() {
  const ctx = await requireAdmin();
  const me = await getUser(ctx, (await getMe(ctx)).id);
  if (!isAllowed(ctx, "profile:write")) {
    return (
      <>
        <PageHeader title="My account" note={me.email} />
        <div className="pad">
          <NoPermission>A GitOps user works by API tokens, which an admin makes for it. There is nothing to change here.</NoPermission>
        </div>
      </>
    );
  }
  return (
    <TimeFrame now={ctx.now()}>
      <PageHeader title="My account" note={me.email} />
      <div className="pad acct">
        <div className="acct-two">
          <section aria-labelledby="acct-profile">
            <h2 className="h2" id="acct-profile">
              Profile
            </h2>
            <RoleList globalRole={me.globalRole} teamRoles={me.teamRoles} />
            <ProfileForm name={me.name} email={me.email} sso={me.ssoEnabled} />
          </section>
          <section aria-labelledby="acct-password">
            <h2 className="h2" id="acct-password">
              Password
            </h2>
            {me.ssoEnabled ? (
              <p className="muted acct-text">
                You sign in with your organisation’s account, so there is no password here. Change it where your organisation keeps it.
              </p>
            ) : (
              <PasswordForm email={me.email} />
            )}
          </section>
        </div>
        <UserSessions ctx={ctx} userId={me.id} />
        <UserTokens ctx={ctx} userId={me.id} />
      </div>
    </TimeFrame>
  );
}

import Link from "next/link";
import { Notice } from "@/app/_components/notice";
import { Time } from "@/app/_components/time";
import type { Context } from "@/lib/context";
import { listPasswordAdmins } from "@/lib/auth/list-password-admins";

/** Who could still get in when single sign-on fails. */
export async function PasswordSection({ ctx }: { ctx: Context }) {
  const admins = await listPasswordAdmins(ctx);
  return (
    <section aria-labelledby="password" className="sso-sec">
      <h2 className="h2" id="password">
        Password sign-in
      </h2>
      {admins.length === 0 ? (
        <Notice kind="unsure" action={<Link href="/users">Open Users</Link>}>
          No global admin can sign in with a password. When single sign-on fails, nobody gets in. Give one admin a password, and keep it somewhere safe.
        </Notice>
      ) : (
        <>
          <p className="muted lede">
            {admins.length === 1 ? "This global admin" : `These ${admins.length} global admins`} can sign in with a password when single sign-on fails. The last
            one can’t be removed or moved to single sign-on.
          </p>
          <ul className="pw-admins">
            {admins.map(({ id, name, email, lastSignedInAt }) => (
              <li key={id}>
                <span style={{ minWidth: 0 }}>
                  <Link href={`/users/${id}`}>{name || email}</Link>
                  <span className="sm muted pw-mail">{email}</span>
                </span>
                <span className="sm muted">
                  {lastSignedInAt ? (
                    <>
                      signed in <Time at={lastSignedInAt} />
                    </>
                  ) : (
                    "never signed in"
                  )}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { numberParam } from "@/app/_components/address";
import { PageHeader } from "@/app/_components/page-header";
import { Time } from "@/app/_components/time";
import { TimeFrame } from "@/app/_components/time-frame";
import { activitySentence, sentenceText } from "@/lib/activities/activity-sentence";
import { listActivities } from "@/lib/activities/list-activities";
import { catalogue } from "@/lib/auth/access/catalogue";
import { requireAdmin } from "@/lib/auth/require-admin";
import { getUser } from "@/lib/auth/users/get-user";
import { getUserReach } from "@/lib/auth/users/get-user-reach";
import type { User } from "@/lib/auth/users/user";
import { isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import { listTeamNames } from "@/lib/teams/list-team-names";
import { UserSessions } from "../../account/_parts/user-sessions";
import { UserTokens } from "../../account/_parts/user-tokens";
import { EndUser } from "../_parts/end-user";
import { ProfileForm } from "../_parts/profile-form";
import { rolesInWords } from "../_parts/role-choices";
import { RolesForm } from "../_parts/roles-form";
import { RoutesForm } from "../_parts/routes-form";
import { WayIn } from "../_parts/way-in";
import "../_parts/users.css";

export const metadata: Metadata = { title: "User" };
export const dynamic = "force-dynamic";

const shownActivities = 8;

/** One user: who they are, what they may do, how they get in, where they are signed in, and what happened. */
export default async function UserPage({ params }: { params: Promise<{ userId: string }> }) {
  const ctx = await requireAdmin();
  const userId = numberParam(await params, "userId");
  if (userId === undefined) notFound();
  const user = await getUser(ctx, userId).catch(goneAway);
  const reach = await getUserReach(ctx, userId);
  const mayGlobal = isAllowed(ctx, "user:write", { teamId: null });
  const teams = (await listTeamNames(ctx)).filter(({ id }) => isAllowed(ctx, "user:write", { teamId: id }));
  const name = user.name || user.email;
  return (
    <TimeFrame now={ctx.now()}>
      <PageHeader
        title={name}
        crumbs={[{ href: "/users", text: "Users" }]}
        note={user.apiOnly ? "API-only user: a program that acts by token." : user.email}
        tag={user.disabledAt ? <span className="chip">Disabled</span> : undefined}
      />
      <div className="pad usr-page">
        <div className="usr-main">
          {reach.roles && (
            <section aria-labelledby="roles">
              <h2 className="h2" id="roles">
                Roles
              </h2>
              <RolesForm
                key={JSON.stringify([user.globalRole, user.teamRoles.map(({ teamId, role }) => [teamId, role])])}
                userId={user.id}
                held={{
                  ...(mayGlobal && { globalRole: user.globalRole === "none" ? null : user.globalRole }),
                  teamRoles: user.teamRoles.filter(({ teamId }) => teams.some(({ id }) => id === teamId)).map(({ teamId, role }) => ({ teamId, role })),
                }}
                teams={teams}
                mayGlobal={mayGlobal}
                apiOnly={user.apiOnly}
                self={reach.self}
              />
            </section>
          )}
          {reach.self ? (
            <section aria-labelledby="own">
              <h2 className="h2" id="own">
                This is you
              </h2>
              <p className="muted usr-text">
                Name, mail address, password, sessions and tokens of your own are on <Link href="/account">My account</Link>. Another admin can disable or
                delete your user.
              </p>
            </section>
          ) : reach.whole ? (
            <>
              <section aria-labelledby="profile">
                <h2 className="h2" id="profile">
                  Profile
                </h2>
                <ProfileForm userId={user.id} name={user.name} email={user.apiOnly ? undefined : user.email} />
              </section>
              {!user.apiOnly && (
                <section aria-labelledby="way-in">
                  <h2 className="h2" id="way-in">
                    Way in
                  </h2>
                  <WayIn userId={user.id} name={name} sso={user.ssoEnabled} hasPassword={user.hasPassword} mustReset={user.mustResetPassword} />
                </section>
              )}
              {user.apiOnly && (
                <section aria-labelledby="calls">
                  <h2 className="h2" id="calls">
                    What it may call
                  </h2>
                  <RoutesForm
                    key={JSON.stringify(user.apiRoutes)}
                    userId={user.id}
                    routes={catalogue.map(({ id, displayName, method, path }) => ({ id, displayName, method, path }))}
                    held={user.apiRoutes && catalogue.filter(({ key }) => user.apiRoutes?.includes(key)).map(({ id }) => id)}
                  />
                </section>
              )}
              <Suspense>
                {!user.apiOnly && <UserSessions ctx={ctx} userId={user.id} userName={name} />}
                <UserTokens ctx={ctx} userId={user.id} userName={name} apiOnly={user.apiOnly} />
              </Suspense>
              <section aria-labelledby="end">
                <h2 className="h2" id="end">
                  Disable or delete
                </h2>
                <EndUser userId={user.id} name={name} email={user.email} apiOnly={user.apiOnly} disabled={user.disabledAt !== null} />
              </section>
            </>
          ) : (
            <p className="muted usr-text">You give roles on your own teams. A global admin changes the rest of this user.</p>
          )}
        </div>
        <aside className="usr-side" aria-label="Facts and activity">
          <Facts user={user} />
          {isAllowed(ctx, "activity:read") && <Recent ctx={ctx} user={user} />}
        </aside>
      </div>
    </TimeFrame>
  );
}

function goneAway(error: unknown): never {
  if (error instanceof NotFoundError) notFound();
  throw error;
}

function Facts({ user }: { user: User }) {
  const { whole } = rolesInWords(user.globalRole, user.teamRoles);
  const wayIn = user.apiOnly ? "API token" : user.ssoEnabled ? "Single sign-on" : user.hasPassword ? "Password" : "None yet";
  return (
    <section aria-labelledby="facts">
      <h2 className="h2" id="facts">
        Facts
      </h2>
      <dl className="facts">
        <div>
          <dt>May do</dt>
          <dd>{whole}</dd>
        </div>
        <div>
          <dt>Way in</dt>
          <dd>{wayIn}</dd>
        </div>
        {!user.apiOnly && (
          <div>
            <dt>Last sign-in</dt>
            <dd>{user.lastSignedInAt ? <Time at={user.lastSignedInAt} /> : "Never"}</dd>
          </div>
        )}
        {user.apiOnly && (
          <div>
            <dt>May call</dt>
            <dd>{user.apiRoutes === null ? "Everything its role allows" : user.apiRoutes.length === 1 ? "1 route" : `${user.apiRoutes.length} routes`}</dd>
          </div>
        )}
        {user.disabledAt && (
          <div>
            <dt>Disabled</dt>
            <dd>
              <Time at={user.disabledAt} />
            </dd>
          </div>
        )}
        <div>
          <dt>Added</dt>
          <dd>
            <Time at={user.createdAt} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

// By the mail address: what they did carries it, and so does what was done to them.
async function Recent({ ctx, user }: { ctx: Context; user: User }) {
  const { activities, hasNext } = await listActivities(ctx, { query: user.email, perPage: shownActivities });
  return (
    <section aria-labelledby="recent">
      <div className="sech">
        <h2 className="h2" id="recent">
          Activity
        </h2>
        {hasNext && <Link href={`/activities?q=${encodeURIComponent(user.email)}`}>All</Link>}
      </div>
      {activities.length === 0 ? (
        <p className="muted sm">Nothing yet.</p>
      ) : (
        <ul className="usr-acted">
          {activities.map((activity) => {
            const sentence = sentenceText(activitySentence(activity));
            const who = activity.actorKind === "user" ? (activity.actorId === user.id ? "" : `${activity.actorName || activity.actorEmail} `) : "";
            const text = who + sentence;
            return (
              <li key={activity.id} className="sm">
                <span>{text.charAt(0).toUpperCase() + text.slice(1)}</span>
                <Time at={activity.createdAt} className="xs faint" />
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

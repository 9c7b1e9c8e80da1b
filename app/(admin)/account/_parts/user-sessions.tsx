import { NoPermission } from "@/app/_components/blank";
import { Time } from "@/app/_components/time";
import { describeUserAgent } from "@/lib/auth/sessions/describe-user-agent";
import { listSessions } from "@/lib/auth/sessions/list-sessions";
import type { Context } from "@/lib/context";
import { ForbiddenError } from "@/lib/errors";
import { EndSessionButton, EndSessionsButton } from "./session-buttons";
import "./account.css";

/** A user's sessions, each to end by itself or all at once: one's own on My account, another's on their page. `userName` names another. */
export async function UserSessions({ ctx, userId, userName }: { ctx: Context; userId: number; userName?: string }) {
  const sessions = await listSessions(ctx, userId).catch(unlessForbidden);
  const { actor } = ctx;
  const own = actor.kind === "user" && actor.userId === userId;
  const here = own ? actor.sessionId : "";
  const others = sessions?.filter(({ id }) => id !== here).length ?? 0;
  return (
    <section aria-labelledby="acct-sessions">
      <div className="acct-head">
        <div>
          <h2 className="h2" id="acct-sessions">
            Sessions
          </h2>
          <p className="sm muted">A session ends after a day without use, and a week after sign-in.</p>
        </div>
        {others > 0 && <EndSessionsButton userId={userId} count={others} own={own} userName={userName} />}
      </div>
      {sessions === null && <NoPermission who="the admin role on all of this user’s teams" />}
      {sessions?.length === 0 && <p className="muted acct-none">Not signed in anywhere.</p>}
      {sessions && sessions.length > 0 && (
        <table className="tbl two flat acct-table">
          <caption className="vh">Sessions</caption>
          <colgroup>
            <col />
            <col className="c-md acct-col" />
            <col className="c-md acct-col" />
            <col className="acct-col" />
            <col className="acct-act" />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">Signed in with</th>
              <th scope="col" className="c-md">
                Address
              </th>
              <th scope="col" className="c-md">
                Signed in
              </th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span className="vh">End it</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map(({ id, kind, userAgent, address, createdAt, lastUsedAt }) => {
              const words = describeUserAgent(userAgent);
              return (
                <tr key={id}>
                  <td>
                    <span className="name tr" title={userAgent || undefined}>
                      {words}
                    </span>
                    <span className="xs faint tr">
                      {id === here ? "This one" : kind === "api" ? "REST API, with a password" : <SmallAddress address={address} />}
                    </span>
                  </td>
                  <td className="c-md muted">
                    <span className="tr" title={address}>
                      {address || "–"}
                    </span>
                  </td>
                  <td className="c-md muted">
                    <Time at={createdAt} form="clock" />
                  </td>
                  <td className="muted">
                    <Time at={lastUsedAt} />
                  </td>
                  <td className="num">{id !== here && <EndSessionButton sessionId={id} what={words} />}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

// On a phone the address has no column of its own.
function SmallAddress({ address }: { address: string }) {
  return <span className="acct-small">{address}</span>;
}

function unlessForbidden(error: unknown): null {
  if (error instanceof ForbiddenError) return null;
  throw error;
}

/* oxlint-disable jsx-a11y/control-has-associated-label -- the cells of a table are no controls */
import type { Metadata } from "next";
import Link from "next/link";
import { numberParam, param, withParams, type SearchParams } from "@/app/_components/address";
import { Blank, NoPermission } from "@/app/_components/blank";
import { ListSearch } from "@/app/_components/list-search";
import { Notice } from "@/app/_components/notice";
import { PageHeader } from "@/app/_components/page-header";
import { Pager } from "@/app/_components/pager";
import { Time } from "@/app/_components/time";
import { TimeFrame } from "@/app/_components/time-frame";
import type { Invite } from "@/lib/auth/invites/invite";
import { listInvites } from "@/lib/auth/invites/list-invites";
import { isMailOn } from "@/lib/auth/mail/is-mail-on";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { listSignInWays } from "@/lib/sso/list-sign-in-ways";
import { listTeamNames } from "@/lib/teams/list-team-names";
import { rolesInWords } from "../_parts/role-choices";
import { UserTabs } from "../_parts/user-tabs";
import { InviteButtons } from "./invite-buttons";
import { InviteDialog } from "./invite-dialog";
import "../../policies/_parts/policies.css";
import "../_parts/users.css";
import "./invites.css";

export const metadata: Metadata = { title: "Invites" };
export const dynamic = "force-dynamic";

const perPage = 50;
const noMail = "This server sends no mail yet. Set it up under Settings, Mail.";

/** Who was asked to join and hasn't yet. */
export default async function InvitesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  if (!isAllowed(ctx, "invite:read")) {
    return (
      <>
        <PageHeader title="Invites" />
        <div className="pad">
          <NoPermission who="the admin role, everywhere" />
        </div>
      </>
    );
  }
  const given = await searchParams;
  const query = param(given, "q");
  const page = numberParam(given, "page") ?? 0;
  const [{ invites, count }, mail, teams, ways] = await Promise.all([
    listInvites(ctx, { query, page, perPage }),
    isMailOn(ctx),
    listTeamNames(ctx),
    listSignInWays(ctx, "/"),
  ]);
  const reason = mail ? undefined : noMail;
  return (
    <TimeFrame now={ctx.now()}>
      <PageHeader title="Users" note="Who was asked to join and hasn’t yet.">
        <InviteDialog teams={teams} sso={ways.length > 0} reason={reason} />
      </PageHeader>
      <UserTabs ctx={ctx} current="invites" />
      {!mail && (
        <div className="pad inv-note">
          <Notice kind="unsure" action={<Link href="/settings/mail">Set up mail</Link>}>
            Invites are sent by mail, and this server sends none yet. Until then, <Link href="/users/new">add users</Link> yourself.
          </Notice>
        </div>
      )}
      {(count > 0 || query !== "") && (
        <div className="bar">
          <ListSearch label="Search invites" placeholder="Name or mail" keep={[]} />
        </div>
      )}
      {invites.length === 0 ? <Nobody query={query} page={page} /> : <Table invites={invites} reason={reason} />}
      {invites.length > 0 && <Pager page={page} perPage={perPage} count={count} href={(to) => withParams("/users/invites", given, { page: to || null })} />}
    </TimeFrame>
  );
}

function Nobody({ query, page }: { query: string; page: number }) {
  if (query === "" && page === 0) {
    return (
      <Blank drawing="empty" title="Nobody is invited">
        Whoever you invite stands here until they have joined.
      </Blank>
    );
  }
  return (
    <Blank
      drawing="search"
      title={query ? `No invite matches “${query}”` : "This page is past the end"}
      action={
        <Link className="btn plain" href="/users/invites">
          Show all
        </Link>
      }
    />
  );
}

function Table({ invites, reason }: { invites: Invite[]; reason?: string }) {
  return (
    <table className="tbl two bleed inv-tbl">
      <caption className="vh">Invites</caption>
      <colgroup>
        <col />
        <col className="c-md" />
        <col className="c-md" style={{ width: 210 }} />
        <col className="inv-col" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">Invited</th>
          <th scope="col" className="c-md">
            Role
          </th>
          <th scope="col" className="c-md">
            Link
          </th>
          <th scope="col">
            <span className="vh">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {invites.map((invite) => (
          <Row key={invite.id} invite={invite} reason={reason} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ invite, reason }: { invite: Invite; reason?: string }) {
  const { short, whole } = rolesInWords(invite.globalRole, invite.teamRoles);
  const link = <LinkState invite={invite} />;
  return (
    <tr>
      <td>
        <span className="usr-cell">
          <span className="name tr" title={invite.name}>
            {invite.name}
          </span>
          <span className="xs faint tr" title={invite.email}>
            {invite.email}
          </span>
          <span className="xs muted usr-small">
            {short}. {link}
          </span>
        </span>
      </td>
      <td className="c-md muted">
        <span className="usr-cell">
          <span className="tr" title={whole}>
            {short}
          </span>
          <span className="xs faint">{invite.ssoEnabled ? "Single sign-on" : "Password"}</span>
        </span>
      </td>
      <td className="c-md muted">
        <span className="usr-cell">
          <span>{link}</span>
          <span className="xs faint tr">{invite.invitedByName ? `Invited by ${invite.invitedByName}` : "Whoever sent it was deleted"}</span>
        </span>
      </td>
      <td>
        <InviteButtons inviteId={invite.id} email={invite.email} noMail={reason} />
      </td>
    </tr>
  );
}

function LinkState({ invite }: { invite: Invite }) {
  if (invite.state === "expired") {
    return (
      <>
        Ended <Time at={invite.expiresAt} />
      </>
    );
  }
  if (invite.state === "void")
    return <span title="Who sent it is no admin any more. Send it again in your own name.">Doesn’t open: its sender is no admin</span>;
  return (
    <>
      Opens until <Time at={invite.expiresAt} />
    </>
  );
}

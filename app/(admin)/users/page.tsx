import type { Metadata } from "next";
import Link from "next/link";
import { numberParam, param, withParams, wordParam, type SearchParams } from "@/app/_components/address";
import { Blank, NoPermission } from "@/app/_components/blank";
import { Icon } from "@/app/_components/icon";
import { ListFilter } from "@/app/_components/list-filter";
import { ListSearch } from "@/app/_components/list-search";
import { PageHeader } from "@/app/_components/page-header";
import { Pager } from "@/app/_components/pager";
import { SortHeader } from "@/app/_components/sort-header";
import { Time } from "@/app/_components/time";
import { TimeFrame } from "@/app/_components/time-frame";
import { requireAdmin } from "@/lib/auth/require-admin";
import { listUsers } from "@/lib/auth/users/list-users";
import { givableRoles, type User } from "@/lib/auth/users/user";
import { isAllowed } from "@/lib/authorize";
import { listTeamNames } from "@/lib/teams/list-team-names";
import { roleChoices, rolesInWords } from "./_parts/role-choices";
import { UserTabs } from "./_parts/user-tabs";
import "../policies/_parts/policies.css";
import "./_parts/users.css";

export const metadata: Metadata = { title: "Users" };
export const dynamic = "force-dynamic";

const perPage = 50;
const kindWords = { password: "Password", sso: "Single sign-on", api: "API only" };
const roles = [{ value: "", label: "Any role" }, ...roleChoices.map(({ value, label }) => ({ value, label })), { value: "none", label: "No role" }];
const kinds = [
  { value: "", label: "Any way in" },
  { value: "sso", label: kindWords.sso },
  { value: "password", label: kindWords.password },
  { value: "api", label: kindWords.api },
];
const statuses = [
  { value: "", label: "Active and disabled" },
  { value: "active", label: "Active" },
  { value: "disabled", label: "Disabled" },
];
const orders = { name: "name", seen: "lastSignedInAt" } as const;

/** Who may sign in or call the API, what each may do, and when they were last here. */
export default async function UsersPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  if (!isAllowed(ctx, "user:read")) {
    return (
      <>
        <PageHeader title="Users" />
        <div className="pad">
          <NoPermission who="the admin role, everywhere or on a team" />
        </div>
      </>
    );
  }
  const given = await searchParams;
  const everywhere = isAllowed(ctx, "user:read", { teamId: null });
  const teams = (await listTeamNames(ctx)).filter(({ id }) => isAllowed(ctx, "user:read", { teamId: id }));
  const query = param(given, "q");
  const teamId = teams.find(({ id }) => id === numberParam(given, "team_id"))?.id ?? null;
  const filter = {
    query,
    teamId,
    role: wordParam(given, "role", ["", "none", ...givableRoles], ""),
    kind: wordParam(given, "kind", ["", "password", "sso", "api"], ""),
    status: wordParam(given, "status", ["", "active", "disabled"], ""),
  };
  const sort = wordParam(given, "sort", ["name", "seen"], "name");
  const direction = wordParam(given, "dir", ["asc", "desc"], "asc");
  const page = numberParam(given, "page") ?? 0;
  const { users, count } = await listUsers(ctx, filter, { orderKey: orders[sort], direction, page, perPage });
  const narrowed = query !== "" || [filter.role, filter.kind, filter.status].some((word) => word !== "") || teamId !== null;
  const sorted = { by: sort, direction };
  return (
    <TimeFrame now={ctx.now()}>
      <PageHeader title="Users" note={everywhere ? "Who may sign in here, and what each may do." : "Who holds a role on your teams."}>
        {isAllowed(ctx, "user:write") && (
          <Link className="btn primary" href="/users/new">
            <Icon name="plus" />
            Add user
          </Link>
        )}
      </PageHeader>
      <UserTabs ctx={ctx} current="users" />
      <div className="bar">
        <ListSearch label="Search users" placeholder="Name or mail" keep={["team_id", "role", "kind", "status", "sort", "dir"]} />
        {teams.length > 1 && (
          <ListFilter
            name="team_id"
            label="Team"
            options={[{ value: "", label: "Any team" }, ...teams.map(({ id, name }) => ({ value: String(id), label: name }))]}
          />
        )}
        <ListFilter name="role" label="Role" options={everywhere ? roles : roles.filter(({ value }) => value !== "none")} />
        <ListFilter name="kind" label="Way in" options={kinds} />
        <ListFilter name="status" label="State" options={statuses} />
      </div>
      {users.length === 0 ? (
        <Blank
          drawing={narrowed || page > 0 ? "search" : "empty"}
          title={query ? `No user matches “${query}”` : narrowed ? "No user matches these filters" : page > 0 ? "This page is past the end" : "Nobody yet"}
          action={
            narrowed || page > 0 ? (
              <Link className="btn plain" href="/users">
                Show everybody
              </Link>
            ) : undefined
          }
        >
          {query ? "Search looks at names and mail addresses." : ""}
        </Blank>
      ) : (
        <>
          <table className="tbl two bleed">
            <caption className="vh">Users</caption>
            <colgroup>
              <col />
              <col className="c-md" />
              <col className="c-lo" style={{ width: 150 }} />
              <col className="c-md" style={{ width: 110 }} />
              <col style={{ width: 130 }} />
            </colgroup>
            <thead>
              <tr>
                <SortHeader path="/users" given={given} column="name" sorted={sorted}>
                  User
                </SortHeader>
                <th scope="col" className="c-md">
                  Role
                </th>
                <th scope="col" className="c-lo">
                  Way in
                </th>
                <th scope="col" className="c-md">
                  State
                </th>
                <SortHeader path="/users" given={given} column="seen" sorted={sorted} first="desc" className="num">
                  Last sign-in
                </SortHeader>
              </tr>
            </thead>
            <tbody>
              {users.map((user) => (
                <Row key={user.id} user={user} />
              ))}
            </tbody>
          </table>
          <Pager page={page} perPage={perPage} count={count} href={(to) => withParams("/users", given, { page: to || null })} />
        </>
      )}
    </TimeFrame>
  );
}

function Row({ user }: { user: User }) {
  const { short, whole } = rolesInWords(user.globalRole, user.teamRoles);
  const kind = user.apiOnly ? "api" : user.ssoEnabled ? "sso" : "password";
  return (
    <tr data-row className={user.disabledAt ? "usr-off" : undefined}>
      <td>
        <Link className="name tr" href={`/users/${user.id}`} title={user.name || user.email} data-row-link>
          {user.name || user.email}
        </Link>
        <span className="xs faint tr" title={user.email}>
          {user.apiOnly ? "API-only user" : user.email}
        </span>
        <span className="xs muted tr usr-small">
          {short}
          {user.disabledAt && ", disabled"}
        </span>
      </td>
      <td className="c-md muted">
        <span className="tr" title={whole}>
          {short}
        </span>
      </td>
      <td className="c-lo muted">{kindWords[kind]}</td>
      <td className="c-md">
        {user.disabledAt ? (
          <span className="faint">Disabled</span>
        ) : user.mustResetPassword ? (
          <span title="Has to choose a new password">Waiting</span>
        ) : (
          "Active"
        )}
      </td>
      <td className="num muted">
        {user.lastSignedInAt ? <Time at={user.lastSignedInAt} /> : <span className="faint">{user.apiOnly ? "By token" : "Never"}</span>}
      </td>
    </tr>
  );
}

import { roleName } from "@/app/_components/role-words";
import type { Role, TeamRole } from "@/lib/context";

/** What a person may do, in words: one role everywhere, or a role on each of some teams. */
export function RoleList({ globalRole, teamRoles }: { globalRole: Role; teamRoles: readonly { teamId: number; teamName: string; role: TeamRole }[] }) {
  if (globalRole !== "none" || teamRoles.length === 0) {
    return (
      <p className="acct-text">
        {globalRole === "none" ? "You have no role yet." : `${roleName(globalRole)}, on everything.`}{" "}
        {globalRole !== "admin" && <span className="muted">An admin gives roles.</span>}
      </p>
    );
  }
  return (
    <>
      <ul className="acct-roles">
        {teamRoles.map(({ teamId, teamName, role }) => (
          <li key={teamId}>
            {roleName(role)} <span className="muted">on</span> {teamName}
          </li>
        ))}
      </ul>
      <p className="muted acct-text">An admin gives roles.</p>
    </>
  );
}

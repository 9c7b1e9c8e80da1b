import { roleName } from "@/app/_components/role-words";
import type { TeamRole } from "@/lib/context";

/** The roles that can be given, with what each may do in a line. */
export const roleChoices: { value: TeamRole; label: string; note: string }[] = [
  { value: "admin", label: roleName("admin"), note: "Everything, with settings and users." },
  { value: "maintainer", label: roleName("maintainer"), note: "Hosts, policies, labels and enroll secrets. No settings, no users." },
  { value: "technician", label: roleName("technician"), note: "Reads, and asks hosts again. For the service desk." },
  { value: "observer_plus", label: roleName("observer_plus"), note: "Reads, and asks hosts again. For analysts." },
  { value: "observer", label: roleName("observer"), note: "Reads, and asks hosts again." },
  { value: "gitops", label: roleName("gitops"), note: "Writes what is kept in files, and reads only what that needs. For programs." },
];

/** What a user holds, in short and whole: "Admin", "Observer on Design", "Observer on Design and 2 more teams". */
export function rolesInWords(globalRole: string, teamRoles: readonly { teamName: string; role: TeamRole }[]): { short: string; whole: string } {
  if (globalRole !== "none") {
    const name = roleName(globalRole as TeamRole);
    return { short: name, whole: `${name}, on everything` };
  }
  const [first, ...rest] = teamRoles;
  if (!first) return { short: "No role", whole: "No role: signs in and sees nothing" };
  const whole = teamRoles.map(({ teamName, role }) => `${roleName(role)} on ${teamName}`).join(", ");
  const more = rest.length === 0 ? "" : rest.length === 1 ? " and 1 more team" : ` and ${rest.length} more teams`;
  return { short: `${roleName(first.role)} on ${first.teamName}${more}`, whole };
}

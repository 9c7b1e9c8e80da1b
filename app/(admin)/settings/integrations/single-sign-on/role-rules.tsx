import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { listRoleRules } from "@/lib/sso/roles/list-role-rules";
import { listTeamNames } from "@/lib/teams/list-team-names";
import { RoleRulesForm } from "./role-rules-form";
import "./single-sign-on.css";

/** Which app roles and groups give which role here, for one directory, or for SAML (`directoryId` null). Stands on a page that may show security settings. */
export async function RoleRules({ directoryId, title = "Roles" }: { directoryId: number | null; title?: string }) {
  const ctx = await requireAdmin();
  const [rules, teams] = await Promise.all([listRoleRules(ctx, directoryId), listTeamNames(ctx)]);
  const titleId = `rules-${directoryId ?? "saml"}`;
  return (
    <section aria-labelledby={titleId} className="sso-sec">
      <h2 className="h2" id={titleId}>
        {title}
      </h2>
      <p className="muted lede">
        {rules.length === 0
          ? "There are no rules: roles are given by hand, and a new person gets the default role."
          : "These rules decide the role of everyone who signs in this way, at each sign-in. The strongest match counts. Somebody whom no rule names gets the default role, also when they held more before. The last global admin keeps theirs."}
      </p>
      <RoleRulesForm directoryId={directoryId} saved={rules} teams={teams} canWrite={isAllowed(ctx, "security_settings:write")} />
      <details className="fold">
        <summary>Where the values come from</summary>
        <ul className="sso-hints">
          <li>
            <b>App role.</b> In Entra, open the app registration and make the role under App roles. The text to use here is its Value. Then assign people or
            groups to it under Enterprise applications, Users and groups.
          </li>
          <li>
            <b>Group.</b> Use the group’s Object ID. The app must send groups: {directoryId === null ? "add a group claim" : "add the groups claim"} under{" "}
            {directoryId === null ? "Attributes & Claims" : "Token configuration"}. Entra leaves groups out for people who are in more than{" "}
            {directoryId === null ? 150 : 200} of them. Their sign-in is refused while a rule asks for a group, so app roles are the safer choice.
          </li>
          {directoryId === null && (
            <li>
              <b>Role attributes.</b> When people are added by themselves, the attributes <code>FLEET_JIT_USER_ROLE_GLOBAL</code> and{" "}
              <code>FLEET_JIT_USER_ROLE_TEAM_&lt;id&gt;</code> of an answer win over these rules.
            </li>
          )}
          <li>A global role and a role on a team exclude each other: whoever would get both can’t sign in until you change the rules.</li>
        </ul>
      </details>
    </section>
  );
}

"use client";
import { useId, useState } from "react";
import { Icon } from "@/app/_components/icon";
import type { TeamRole } from "@/lib/context";
import { roleChoices } from "./role-choices";

/** What the roles field holds. `globalRole` is left out where only roles on teams can be chosen, null without a global role. */
export interface ChosenRoles {
  globalRole?: TeamRole | null;
  teamRoles: { teamId: number; role: TeamRole }[];
}

interface RolesFieldProps {
  value: ChosenRoles;
  onChange: (value: ChosenRoles) => void;
  teams: { id: number; name: string }[];
  /** Whether a global role can be given: not by an admin of teams. */
  mayGlobal: boolean;
  /** GitOps is for programs; offered to them, and to whoever holds it already. */
  withGitops: boolean;
  /** Whether the user may be left without a role. */
  mayNone?: boolean;
  /** Whether a heading above says already what this is. */
  titled?: boolean;
  error?: string;
}

const searchFrom = 10;

/** One role everywhere, or a role on each of some teams: the two exclude each other. Also for invites. */
export function RolesField({ value, onChange, teams, mayGlobal, withGitops, mayNone = false, titled = false, error }: RolesFieldProps) {
  const id = useId();
  const [none, setNone] = useState(mayNone && value.globalRole === null && value.teamRoles.length === 0);
  const scope = none ? "none" : value.globalRole ? "global" : "teams";
  const choose = (next: "global" | "teams" | "none") => {
    setNone(next === "none");
    onChange({ globalRole: next === "global" ? "observer" : null, teamRoles: [] });
  };
  const choices = roleChoices.filter(({ value: role }) => withGitops || role !== "gitops");
  return (
    <fieldset className="usr-roles" aria-describedby={error ? `${id}-error` : undefined}>
      <legend className={titled ? "vh" : "lab"}>{mayGlobal ? "What they may do" : "Roles on your teams"}</legend>
      {mayGlobal && (
        <div className="usr-scope">
          <label>
            <input type="radio" name={`${id}-scope`} checked={scope === "global"} onChange={() => choose("global")} />
            One role everywhere
          </label>
          <label>
            <input type="radio" name={`${id}-scope`} checked={scope === "teams"} onChange={() => choose("teams")} disabled={teams.length === 0} />
            Roles on teams
          </label>
          {mayNone && (
            <label>
              <input type="radio" name={`${id}-scope`} checked={scope === "none"} onChange={() => choose("none")} />
              No role
            </label>
          )}
        </div>
      )}
      {scope === "global" && (
        <div className="usr-global">
          {choices.map(({ value: role, label, note }) => (
            <label key={role}>
              <input
                type="radio"
                name={`${id}-global`}
                checked={value.globalRole === role}
                onChange={() => onChange({ globalRole: role, teamRoles: [] })}
                aria-describedby={`${id}-${role}`}
              />
              <span>{label}</span>
              <span className="sm muted" id={`${id}-${role}`}>
                {note}
              </span>
            </label>
          ))}
        </div>
      )}
      {scope === "teams" && (
        <TeamRoles
          teams={teams}
          choices={choices}
          value={value.teamRoles}
          onChange={(teamRoles) => onChange({ ...(mayGlobal && { globalRole: null }), teamRoles })}
        />
      )}
      {scope === "none" && <p className="sm muted">They can sign in, and see a page that says whom to ask.</p>}
      {error && (
        <p className="err" id={`${id}-error`}>
          <Icon name="warn" />
          {error.charAt(0).toUpperCase() + error.slice(1)}.
        </p>
      )}
    </fieldset>
  );
}

function TeamRoles({
  teams,
  choices,
  value,
  onChange,
}: {
  teams: { id: number; name: string }[];
  choices: typeof roleChoices;
  value: ChosenRoles["teamRoles"];
  onChange: (value: ChosenRoles["teamRoles"]) => void;
}) {
  const [query, setQuery] = useState("");
  const held = new Map(value.map(({ teamId, role }) => [teamId, role]));
  const shown = teams.filter(({ name }) => name.toLowerCase().includes(query.trim().toLowerCase()));
  const set = (teamId: number, role: string) => {
    const others = value.filter((row) => row.teamId !== teamId);
    onChange(role === "" ? others : [...others, { teamId, role: role as TeamRole }]);
  };
  return (
    <div>
      {teams.length > searchFrom && (
        <div className="search usr-team-search">
          <Icon name="search" />
          <input type="search" className="inp" aria-label="Search teams" placeholder="Team" value={query} onChange={(event) => setQuery(event.target.value)} />
        </div>
      )}
      <ul className="usr-teams" aria-label="Teams">
        {shown.map(({ id, name }) => (
          <li key={id}>
            <span className="tr" title={name}>
              {name}
            </span>
            <select
              className={`inp${held.has(id) ? "" : " usr-unset"}`}
              aria-label={`Role on ${name}`}
              value={held.get(id) ?? ""}
              onChange={(event) => set(id, event.target.value)}
            >
              <option value="">No role</option>
              {choices.map(({ value: role, label }) => (
                <option key={role} value={role}>
                  {label}
                </option>
              ))}
            </select>
          </li>
        ))}
        {shown.length === 0 && <li className="muted">No team matches “{query}”.</li>}
      </ul>
      <p className="sm muted usr-count" aria-live="polite">
        {value.length === 0 ? "No team chosen yet." : value.length === 1 ? "A role on 1 team." : `Roles on ${value.length} teams.`}
      </p>
    </div>
  );
}

"use client";
import { useRef, useState } from "react";
import { Button, IconButton } from "@/app/_components/button";
import { CheckField } from "@/app/_components/field";
import { Icon } from "@/app/_components/icon";
import { FormMessage } from "@/app/_components/notice";
import { roleName } from "@/app/_components/role-words";
import { useBusy } from "@/app/_components/use-busy";
import type { ActionState } from "@/lib/auth/admin-action";
import { ssoRoles, type RoleRule } from "@/lib/sso/roles/role-rule";
import { saveRules } from "./actions";

const unreachable: ActionState = { ok: false, message: "The server didn’t answer. Check the connection, then save again.", fields: {} };

type Row = RoleRule & { key: number };

interface RoleRulesFormProps {
  directoryId: number | null;
  saved: RoleRule[];
  teams: { id: number; name: string }[];
  canWrite: boolean;
}

/** The rules as rows to edit; they are saved together. */
export function RoleRulesForm({ directoryId, saved, teams, canWrite }: RoleRulesFormProps) {
  const nextKey = useRef(saved.length);
  const [rows, setRows] = useState<Row[]>(saved.map((rule, key) => ({ ...rule, key })));
  const [confirmed, setConfirmed] = useState(false);
  const [state, setState] = useState<ActionState | null>(null);
  const [isSaving, run] = useBusy();
  const newAdmins = rows.filter((row) => isGlobalAdmin(row) && !saved.some((old) => isGlobalAdmin(old) && sameValue(old, row)));
  const dirty = JSON.stringify(rows.map(plain)) !== JSON.stringify(saved.map(plain));

  const change = (next: Row[]) => {
    setRows(next);
    setState(null);
  };
  const save = () =>
    run(async () => {
      const form = { directoryId, rules: rows.map(plain), confirmAdmin: confirmed && newAdmins.length > 0 };
      const answer = await saveRules(form).catch(() => unreachable);
      setState(answer);
      if (answer.ok) setConfirmed(false);
    });

  if (!canWrite && rows.length === 0) return null;
  return (
    <form
      className="rules"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSaving) save();
      }}
    >
      {rows.length > 0 && (
        <ol className="rule-list">
          {rows.map((row, index) => (
            <RuleRow
              key={row.key}
              id={`rule-${directoryId ?? "saml"}-${row.key}`}
              row={row}
              teams={teams}
              disabled={!canWrite}
              errors={{ value: state?.fields[`rules.${index}.value`], teamId: state?.fields[`rules.${index}.teamId`] }}
              onChange={(patch) => change(rows.map((other) => (other.key === row.key ? { ...other, ...patch } : other)))}
              onRemove={() => change(rows.filter((other) => other.key !== row.key))}
            />
          ))}
        </ol>
      )}
      {canWrite && (
        <>
          {newAdmins.length > 0 && (
            <CheckField
              name={`confirm-admin-${directoryId ?? "saml"}`}
              label={`Whoever holds ${newAdmins.map(({ value }) => value || "this").join(" or ")} becomes a global admin and can change everything here. I want that.`}
              checked={confirmed}
              onChange={(event) => setConfirmed(event.target.checked)}
              error={state?.fields.confirmAdmin}
            />
          )}
          <FormMessage state={state && !state.fields.confirmAdmin ? state : null} />
          <p className="wacts">
            <Button
              icon="plus"
              onClick={() => {
                nextKey.current += 1;
                change([...rows, { key: nextKey.current, source: "app_role", value: "", role: "observer", teamId: null }]);
              }}
            >
              Add a rule
            </Button>
            {dirty && (
              <Button type="submit" kind="primary" pending={isSaving && "Saving…"}>
                Save rules
              </Button>
            )}
          </p>
        </>
      )}
    </form>
  );
}

interface RuleRowProps {
  id: string;
  row: Row;
  teams: { id: number; name: string }[];
  disabled: boolean;
  errors: { value: string | undefined; teamId: string | undefined };
  onChange: (patch: Partial<RoleRule>) => void;
  onRemove: () => void;
}

function RuleRow({ id, row, teams, disabled, errors, onChange, onRemove }: RuleRowProps) {
  const problem = errors.value ?? errors.teamId;
  return (
    <li className="rule">
      <select
        className="inp"
        aria-label="What is held in Entra"
        value={row.source}
        disabled={disabled}
        onChange={(event) => onChange({ source: event.target.value === "group" ? "group" : "app_role" })}
      >
        <option value="app_role">App role</option>
        <option value="group">Group</option>
      </select>
      <input
        className="inp"
        aria-label={row.source === "group" ? "Object ID of the group" : "Value of the app role"}
        placeholder={row.source === "group" ? "Object ID" : "Value"}
        value={row.value}
        disabled={disabled}
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={errors.value ? true : undefined}
        aria-describedby={problem ? `${id}-error` : undefined}
        onChange={(event) => onChange({ value: event.target.value })}
      />
      <span className="muted rule-gives">gives</span>
      <select
        className="inp"
        aria-label="Role"
        value={row.role}
        disabled={disabled}
        onChange={(event) => onChange({ role: ssoRoles.find((role) => role === event.target.value) ?? "observer" })}
      >
        {ssoRoles.map((role) => (
          <option key={role} value={role}>
            {roleName(role)}
          </option>
        ))}
      </select>
      <select
        className="inp"
        aria-label="Where the role counts"
        value={row.teamId ?? ""}
        disabled={disabled}
        aria-invalid={errors.teamId ? true : undefined}
        aria-describedby={problem ? `${id}-error` : undefined}
        onChange={(event) => onChange({ teamId: event.target.value === "" ? null : Number(event.target.value) })}
      >
        <option value="">everywhere</option>
        {teams.map((team) => (
          <option key={team.id} value={team.id}>
            on {team.name}
          </option>
        ))}
      </select>
      {!disabled && <IconButton label="Remove this rule" icon="x" onClick={onRemove} />}
      {problem && (
        <p className="err" id={`${id}-error`}>
          <Icon name="warn" />
          {sentence(problem)}
        </p>
      )}
    </li>
  );
}

function plain({ source, value, role, teamId }: RoleRule): RoleRule {
  return { source, value: value.trim(), role, teamId };
}

function isGlobalAdmin({ role, teamId }: RoleRule): boolean {
  return role === "admin" && teamId === null;
}

function sameValue(left: RoleRule, right: RoleRule): boolean {
  return left.source === right.source && left.value.trim().toLowerCase() === right.value.trim().toLowerCase();
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

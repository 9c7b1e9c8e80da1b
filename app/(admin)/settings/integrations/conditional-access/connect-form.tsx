"use client";
import { useActionState, useState } from "react";
import { CopyId } from "@/app/_components/copy-id";
import { Field, SelectField } from "@/app/_components/field";
import { FormMessage, Notice } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import type { ConnectionDefaults } from "@/lib/compliance/entra/get-connection-defaults";
import { saveConnection } from "./actions";
import { CredentialFields } from "./credential-fields";
import { counted } from "./say";

/** Steps 1 and 2: which tenant, which cloud, which app. `given` is what was saved before. */
export function ConnectForm({ defaults, given }: { defaults: ConnectionDefaults; given: { tenant: string; cloud: string; clientId: string } | null }) {
  const [state, send] = useActionState(saveConnection, { ok: false, message: "", fields: {} });
  const [provider, setProvider] = useState("intune_partner");
  const [tenant, setTenant] = useState(given?.tenant ?? "");
  const [clientId, setClientId] = useState(given?.clientId ?? defaults.clientId);
  const [cloud, setCloud] = useState<string>(given?.cloud ?? defaults.cloud);
  const reports = provider === "intune_partner";
  const needsHttps = defaults.clouds.find(({ name }) => name === cloud)?.needsPublicHttps ?? true;
  const problem = defaults.publicUrl === "" || needsHttps ? defaults.publicUrlProblem : null;
  return (
    <form action={send} onReset={(event) => event.preventDefault()} className="cform">
      <fieldset className="choices">
        <legend className="lab">What this server does with verdicts</legend>
        <label className="choice">
          <input type="radio" name="provider" value="intune_partner" checked={reports} onChange={() => setProvider("intune_partner")} />
          <span>Report Macs to Microsoft</span>
          <span className="sm muted">
            Entra lets people in or keeps them out by our verdict. Needs Intune, and an app that Microsoft has listed as a compliance partner.
          </span>
        </label>
        <label className="choice">
          <input type="radio" name="provider" value="audit_only" checked={!reports} onChange={() => setProvider("audit_only")} />
          <span>Watch only</span>
          <span className="sm muted">Verdicts are reached and kept, none is sent. Needs nothing from Microsoft. You can connect a tenant later.</span>
        </label>
      </fieldset>
      {reports && (
        <>
          {problem && <Notice kind="unsure">{problem} Change the public address in Settings first.</Notice>}
          <Field
            name="microsoft_tenant_id"
            label="Tenant"
            value={tenant}
            onChange={(event) => setTenant(event.target.value)}
            placeholder="contoso.com"
            autoComplete="off"
            spellCheck={false}
            help="The tenant’s id or one of its domains. Entra shows both under Overview."
            error={state.fields.microsoft_tenant_id}
            required
          />
          <SelectField
            name="cloud"
            label="Cloud"
            value={cloud}
            onChange={(event) => setCloud(event.target.value)}
            help="A tenant lives in exactly one. Most are in the global cloud."
            error={state.fields.cloud}
          >
            {defaults.clouds.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </SelectField>
          <Field
            name="client_id"
            label="Application (client) id"
            value={clientId}
            onChange={(event) => setClientId(event.target.value)}
            placeholder="3f2504e0-4f89-41d3-9a0c-0305e82c3301"
            autoComplete="off"
            spellCheck={false}
            className="mono"
            help="Of the app registration that stands for this server."
            error={state.fields.client_id}
            required
          />
          <CredentialFields errors={state.fields} fromEnvironment={defaults.hasCredential && clientId.toLowerCase() === defaults.clientId.toLowerCase()} />
          <details className="fold sm">
            <summary>How to make the app registration</summary>
            <ol className="fix">
              <li>
                <p>
                  In the Entra admin center, open <b>App registrations</b> › <b>New registration</b>. Choose <b>multi-tenant</b> if the app’s home is another
                  tenant.
                </p>
              </li>
              <li>
                <p>
                  Add the platform <b>Web</b> with this redirect URI, to the letter:{" "}
                  {defaults.redirectUri ? <CopyId id={defaults.redirectUri} kind="redirect URI" cut={false} /> : "the public address isn’t set yet"}
                </p>
              </li>
              <li>
                <p>
                  Under <b>Manifest</b>, set <code>requiredResourceAccess</code> to this:
                </p>
              </li>
            </ol>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls has to be reachable by keyboard */}
            <pre className="manifest" tabIndex={0} aria-label="Permissions for the manifest">
              {defaults.manifest}
            </pre>
          </details>
          {defaults.macs.unmanaged > 0 && (
            <p className="sm muted">
              {counted(defaults.macs.unmanaged, "Mac", "Macs")} of {defaults.macs.all} {defaults.macs.unmanaged === 1 ? "isn’t" : "aren’t"} in an MDM. A team
              that requires one would report {defaults.macs.unmanaged === 1 ? "it" : "them"} as not managed. Nothing is reported until a team’s gating is
              switched on.
            </p>
          )}
        </>
      )}
      <FormMessage state={state.ok ? null : state} />
      <p className="wacts">
        <SubmitButton sending={reports ? "Asking Microsoft…" : "Saving…"}>{reports ? "Save and go to Microsoft" : "Start watching"}</SubmitButton>
        {reports && <span className="sm faint">You come back here after giving consent.</span>}
      </p>
    </form>
  );
}

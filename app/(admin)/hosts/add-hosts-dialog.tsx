"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { Notice } from "@/app/_components/notice";
import { useBusy } from "@/app/_components/use-busy";
import { showEnrollSecrets } from "./actions";
import { CopyButton } from "./enroll-secrets-dialog";

interface AddHostsProps {
  teamId: number | null;
  teamName: string | null;
  publicUrl: string;
  /** "in_team": once a team is chosen. */
  maySeeSecrets: boolean | "in_team";
  /** The address asked for it: `?add=1`. */
  startsOpen: boolean;
}

/** Opens what an agent needs to enroll: the address, a secret, and the settings of fleetd or a plain osquery. */
export function AddHostsButton(props: AddHostsProps) {
  const [open, setOpen] = useState(props.startsOpen);
  return (
    <>
      <Button kind="primary" icon="plus" onClick={() => setOpen(true)}>
        Add hosts
      </Button>
      {open && <AddHostsDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

const placeholder = "YOUR-ENROLL-SECRET";

function AddHostsDialog({ teamId, teamName, publicUrl, maySeeSecrets, onClose }: AddHostsProps & { onClose: () => void }) {
  const [agent, setAgent] = useState<"fleetd" | "osquery">("fleetd");
  const [secret, setSecret] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const [loading, start] = useBusy();
  const reveal = () =>
    start(async () => {
      const answer = await showEnrollSecrets({ teamId });
      const first = answer.data?.[0]?.secret;
      if (first) setSecret(first);
      else setProblem(answer.ok ? "There is no enroll secret yet. Add one under Enroll secrets." : answer.message);
    });
  const address = publicUrl || "https://this-server.example";
  const text = agent === "fleetd" ? fleetd(address, secret ?? placeholder) : osquery(address);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="choice"
      title={teamName ? `Add hosts to ${teamName}` : "Add hosts"}
      description="A host appears here within 10 seconds of its first check-in."
      foot={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <ol className="addsteps">
        {!publicUrl && (
          <li>
            <Notice kind="unsure">The public address isn’t set yet. Agents need it: Settings, Organisation.</Notice>
          </li>
        )}
        <li>
          <h3 id="agent">Agent</h3>
          <div role="radiogroup" aria-labelledby="agent" style={{ display: "flex", gap: 20, flexWrap: "wrap" }}>
            <label>
              <input type="radio" name="agent" checked={agent === "fleetd"} onChange={() => setAgent("fleetd")} /> fleetd, with an icon in the menu bar
            </label>
            <label>
              <input type="radio" name="agent" checked={agent === "osquery"} onChange={() => setAgent("osquery")} /> osquery alone
            </label>
          </div>
        </li>
        <li>
          <h3>{teamName ? `Enroll secret of ${teamName}` : "Enroll secret"}</h3>
          {secret ? (
            <p style={{ display: "flex", gap: 8, alignItems: "center", minWidth: 0 }}>
              <code className="tr">{secret}</code>
              <CopyButton text={secret} />
            </p>
          ) : maySeeSecrets === true ? (
            <p style={{ display: "flex", gap: 8, alignItems: "center" }}>
              <span className="muted">It admits a host{teamName ? ` to ${teamName}` : ""}. Treat it as a password.</span>
              <Button pending={loading && "Loading…"} onClick={reveal}>
                Show it
              </Button>
            </p>
          ) : (
            <p className="muted">{maySeeSecrets ? "Each team has its own. Choose a team on the left first." : "Ask an admin or maintainer for it."}</p>
          )}
          {problem && <p className="err">{problem}</p>}
        </li>
        <li>
          <div style={{ display: "flex", alignItems: "center", gap: 8 }}>
            <h3>{agent === "fleetd" ? "Build an installer on any Mac, then install it" : "Flags for osqueryd"}</h3>
            <CopyButton text={text} />
          </div>
          <pre className="cmd">{text}</pre>
          <p className="sm muted">
            {agent === "fleetd"
              ? "fleetd brings osquery and keeps it running, and gives each person a link to their own page. "
              : "Write the enroll secret alone into the file that --enroll_secret_path names, readable by root only. For Entra, the agent needs the table app_sso_platform, which fleetd brings along. "}
            If this server uses the certificate it made itself, copy ca.pem from its data folder and add{" "}
            <code>{agent === "fleetd" ? "--fleet-certificate=ca.pem" : "--tls_server_certs=/path/to/ca.pem"}</code>.
          </p>
        </li>
      </ol>
    </Dialog>
  );
}

function fleetd(address: string, secret: string): string {
  return `fleetctl package --type=pkg --fleet-desktop \\
  --fleet-url=${address} \\
  --enroll-secret=${secret}`;
}

function osquery(address: string): string {
  const { hostname, port } = new URL(address);
  return [
    `--tls_hostname=${hostname}:${port || "443"}`,
    "--host_identifier=uuid",
    "--enroll_secret_path=/private/var/osquery/enroll_secret",
    "--enroll_tls_endpoint=/api/osquery/enroll",
    "--config_plugin=tls",
    "--config_tls_endpoint=/api/osquery/config",
    "--config_refresh=60",
    "--disable_distributed=false",
    "--distributed_plugin=tls",
    "--distributed_interval=10",
    "--distributed_tls_max_attempts=10",
    "--distributed_tls_read_endpoint=/api/osquery/distributed/read",
    "--distributed_tls_write_endpoint=/api/osquery/distributed/write",
    "--logger_plugin=tls",
    "--logger_tls_endpoint=/api/osquery/log",
    "--logger_tls_period=10",
  ].join("\n");
}

import Link from "next/link";
import type { ReactNode } from "react";
import { CopyId } from "@/app/_components/copy-id";
import { formatSpan } from "@/app/_components/format-time";
import { Time } from "@/app/_components/time";
import type { HostDetail } from "@/lib/hosts/get-host";

const gigabyte = 1024 ** 3;

/** Everything the agent told about the host itself. */
export function HostDetails({ host }: { host: HostDetail }) {
  const disk = host.diskSpaceTotalGb === null ? "" : `${Math.round(host.diskSpaceAvailableGb ?? 0)} GB free of ${Math.round(host.diskSpaceTotalGb)} GB`;
  const cores = host.cpuPhysicalCores ? `, ${host.cpuPhysicalCores} cores` : "";
  return (
    <div className="pad details">
      <Group title="System">
        <Row name="Host name">{host.hostname}</Row>
        <Row name="Computer name">{host.computerName}</Row>
        <Row name="System">{[host.osName, host.osVersion].filter(Boolean).join(" ")}</Row>
        <Row name="Build">{host.osBuild}</Row>
        <Row name="Running for">{host.uptimeSeconds > 0 && formatSpan(host.uptimeSeconds * 1000)}</Row>
        <Row name="Last restart">{host.lastRestartedAt && <Time at={host.lastRestartedAt} form="clock" />}</Row>
        <Row name="Last user">{host.lastUser}</Row>
      </Group>
      <Group title="Hardware">
        <Row name="Model">{[host.hardwareVendor, host.hardwareModel].filter(Boolean).join(" ")}</Row>
        <Row name="Serial">{host.hardwareSerial && <CopyId id={host.hardwareSerial} cut={false} />}</Row>
        <Row name="UUID">{host.hardwareUuid && <CopyId id={host.hardwareUuid} />}</Row>
        <Row name="Processor">{host.cpuBrand && `${host.cpuBrand}${cores}`}</Row>
        <Row name="Memory">{host.memoryBytes > 0 && `${Math.round(host.memoryBytes / gigabyte)} GB`}</Row>
        <Row name="Disk">{disk}</Row>
        <Row name="Disk encryption">
          {host.diskEncryption === "unknown" ? (
            "Not known yet"
          ) : (
            <>
              {host.diskEncryption === "on" ? "On" : "Off"}
              {host.diskEncryptionChangedAt && (
                <>
                  , since <Time at={host.diskEncryptionChangedAt} form="clock" />
                </>
              )}
            </>
          )}
        </Row>
      </Group>
      <Group title="Network">
        <Row name="Private address">{host.primaryIp}</Row>
        <Row name="Public address">{host.publicIp}</Row>
        <Row name="MAC">{host.primaryMac}</Row>
      </Group>
      <Group title="Entra and MDM">
        <Row name="Person">{host.userPrincipalName}</Row>
        <Row name="Mail">{host.deviceMappingEmail}</Row>
        <Row name="Device id">{host.deviceId && <CopyId id={host.deviceId} />}</Row>
        <Row name="Registration">
          {{ registered: "Registered", device_only: "Device known, person not yet", not_registered: "Not registered" }[host.identityState]}
        </Row>
        {host.conflictHostId !== null && (
          <Row name="In conflict with">
            <Link href={`/hosts/${host.conflictHostId}`}>Host {host.conflictHostId}</Link>
          </Row>
        )}
        <Row name="MDM">{host.mdmState === "unknown" ? "Not known yet" : host.mdmState === "on" ? "On" : "Off"}</Row>
        <Row name="MDM server">{host.mdmServerUrl}</Row>
      </Group>
      <Group title="Agent">
        <Row name="osquery">{host.osqueryVersion}</Row>
        <Row name="fleetd">{host.orbitVersion}</Row>
        <Row name="Menu bar icon">{host.desktopVersion}</Row>
        <Row name="Enrolled">{host.lastEnrolledAt && <Time at={host.lastEnrolledAt} form="clock" />}</Row>
        <Row name="Added">
          <Time at={host.createdAt} form="clock" />
        </Row>
        <Row name="Asks every">{formatSpan(host.distributedIntervalSeconds * 1000)}</Row>
        <Row name="Details">
          <Time at={host.detailUpdatedAt.getTime() > 0 ? host.detailUpdatedAt : null} none="not yet" />
        </Row>
      </Group>
      <Group title="Labels">
        <div style={{ display: "block" }}>
          <dt className="vh">Labels</dt>
          <dd style={{ display: "flex", flexWrap: "wrap", gap: "4px 14px" }}>
            {host.labels.length === 0
              ? "None yet"
              : host.labels.map(({ id, name }) => (
                  <Link key={id} href={`/hosts?label_id=${id}`}>
                    {name}
                  </Link>
                ))}
          </dd>
        </div>
      </Group>
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="h2">{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children || <span className="faint">–</span>}</dd>
    </div>
  );
}

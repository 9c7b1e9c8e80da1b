import { describe, expect, test } from "vitest";
import { detailQueriesFor } from "@/lib/agents/detail-queries";
import { answerQuery } from "./answer-query";
import { changeComputer } from "./change-computer";
import { COMPUTER_DEFAULTS, makeComputer, type ComputerOptions } from "./make-computer";
import type { Computer, ComputerPatch } from "./computer";

const NOW = Date.parse("2026-02-02T03:04:05Z");
const flags = new Map([
  ["distributed_interval", "10"],
  ["config_refresh", "60"],
  ["logger_tls_period", "10"],
  ["verbose", "false"],
]);

function mac(patch: ComputerPatch = {}, options: Partial<ComputerOptions> = {}): Computer {
  const computer = makeComputer({ ...COMPUTER_DEFAULTS, tenantId: "t", ...options }, 0, NOW);
  changeComputer(computer, patch);
  return computer;
}

const ask = (computer: Computer, sql: string) => answerQuery(computer, sql, NOW, flags);
const passes = (computer: Computer, sql: string): boolean => ask(computer, sql).rows.length > 0;

describe("a policy follows what the Mac is", () => {
  test.each<{ what: string; sql: string; off: ComputerPatch }>([
    { what: "FileVault", sql: "SELECT 1 FROM disk_encryption WHERE filevault_status = 'on' AND user_uuid <> '' LIMIT 1;", off: { fileVault: false } },
    { what: "firewall", sql: "SELECT 1 FROM alf WHERE global_state >= 1;", off: { firewall: false } },
    { what: "firewall compared with a text", sql: 'SELECT 1 FROM alf WHERE global_state = "1"', off: { firewall: false } },
    { what: "Gatekeeper", sql: "SELECT 1 FROM gatekeeper WHERE assessments_enabled = 1", off: { gatekeeper: false } },
    { what: "screen lock", sql: "SELECT 1 FROM screenlock WHERE enabled = 1 AND grace_period <= 5", off: { screenLock: false } },
    {
      what: "screen lock by a managed policy",
      sql: "SELECT 1 WHERE EXISTS (SELECT 1 FROM managed_policies WHERE domain='com.apple.screensaver' AND name='idleTime' AND CAST(value AS INT) BETWEEN 1 AND 1200)",
      off: { screenLock: false },
    },
    { what: "System Integrity Protection", sql: "SELECT 1 FROM sip_config WHERE config_flag = 'sip' AND enabled = 1", off: { systemIntegrity: false } },
    { what: "MDM", sql: "SELECT 1 FROM mdm WHERE enrolled = 'true'", off: { mdm: false } },
    { what: "Company Portal", sql: "SELECT 1 FROM apps WHERE bundle_identifier = 'com.microsoft.CompanyPortalMac'", off: { companyPortal: false } },
    { what: "OS version", sql: "SELECT 1 FROM os_version WHERE version_compare(version, '>=', '14.7') AND major >= 14", off: { osVersion: "13.6.9" } },
  ])("$what", ({ sql, off }) => {
    expect(passes(mac(), sql)).toBe(true);
    expect(passes(mac(off), sql)).toBe(false);
  });
});

describe("the Entra identity", () => {
  const sql = (realm = "KERBEROS.MICROSOFTONLINE.COM"): string =>
    `SELECT device_id, user_principal_name FROM app_sso_platform WHERE extension_identifier = 'com.microsoft.CompanyPortalMac.ssoextension' AND realm = '${realm}'`;

  test("is told when device and person are registered", () => {
    const computer = mac();
    expect(ask(computer, sql()).rows).toEqual([{ device_id: computer.state.platformSso.deviceId, user_principal_name: computer.identity.owner.upn }]);
  });

  test.each<{ when: string; patch: ComputerPatch }>([
    { when: "nothing is registered", patch: { platformSso: { state: "not_registered" } } },
    { when: "nobody sits at the console", patch: { signedInUser: "" } },
    { when: "Company Portal is gone", patch: { companyPortal: false } },
  ])("is no row when $when", ({ patch }) => {
    expect(ask(mac(patch), sql())).toEqual({ status: 0, message: "", rows: [] });
  });

  test("has no person when only the device is registered, or for another realm", () => {
    expect(ask(mac({ platformSso: { state: "device_only" } }), sql()).rows[0]?.user_principal_name).toBe("");
    expect(ask(mac(), sql("EXAMPLE.TEST")).rows[0]?.user_principal_name).toBe("");
  });

  test("is an error without exactly one constraint on each of the two columns", () => {
    expect(ask(mac(), "SELECT * FROM app_sso_platform").status).toBe(1);
  });
});

describe("vitals", () => {
  test("the primary interface is the one with the default route", () => {
    const computer = mac();
    const answer = ask(
      computer,
      "SELECT a.address, d.mac, r.metric FROM routes r JOIN interface_addresses a ON a.interface = r.interface JOIN interface_details d ON d.interface = a.interface WHERE r.netmask = 0 AND r.destination IN ('0.0.0.0','::') AND r.type = 'gateway' ORDER BY r.metric;",
    );
    expect(answer.rows).toEqual([{ address: computer.identity.address, mac: computer.identity.mac, metric: "0" }]);
  });

  test("disk space comes out as real numbers of gigabytes and percent", () => {
    const [row] = ask(
      mac(),
      "SELECT (blocks_available * 100 / blocks) AS percent_disk_space_available, round((blocks_available * blocks_size * 10e-10), 2) AS gigs_disk_space_available, round((blocks * blocks_size * 10e-10), 2) AS gigs_total_disk_space FROM mounts WHERE path = '/' LIMIT 1;",
    ).rows;
    expect(Number(row?.percent_disk_space_available)).toBeGreaterThan(0);
    expect(row?.percent_disk_space_available).toMatch(/^\d+$/);
    expect(Number(row?.gigs_total_disk_space)).toBeGreaterThan(200);
    expect(Number(row?.gigs_disk_space_available)).toBeLessThan(Number(row?.gigs_total_disk_space));
  });

  test("osquery_flags holds what the server's config set", () => {
    const answer = ask(
      mac(),
      "SELECT name, value FROM osquery_flags WHERE name IN ('distributed_interval','config_refresh','config_tls_refresh','logger_tls_period');",
    );
    expect(answer.rows).toEqual([
      { name: "distributed_interval", value: "10" },
      { name: "config_refresh", value: "60" },
      { name: "logger_tls_period", value: "10" },
    ]);
  });

  test("a whole software query with several sources in a UNION works", () => {
    const answer = ask(
      mac(),
      "WITH cached_users AS (SELECT * FROM users WHERE uid > 500) SELECT name AS name, COALESCE(NULLIF(bundle_short_version, ''), bundle_version) AS version, bundle_identifier, 'apps' AS source, last_opened_time AS last_opened_at FROM apps UNION SELECT name, version, '' AS bundle_identifier, 'homebrew_packages' AS source, 0 AS last_opened_at FROM homebrew_packages UNION SELECT c.name, c.version, '', 'chrome_extensions', 0 FROM cached_users u CROSS JOIN chrome_extensions c USING (uid);",
    );
    expect(answer).toMatchObject({ status: 0 });
    expect(new Set(answer.rows.map((row) => row.source))).toEqual(new Set(["apps", "homebrew_packages"]));
  });
});

describe("other platforms", () => {
  test("Windows tells its MDM enrolment from the registry", () => {
    const sql = `WITH registry_keys AS (SELECT * FROM registry WHERE path LIKE 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Enrollments\\%%'),
      enrollment_info AS (SELECT MAX(CASE WHEN name = 'UPN' THEN data END) AS upn, MAX(CASE WHEN name = 'DiscoveryServiceFullURL' THEN data END) AS discovery_service_url,
        MAX(CASE WHEN name = 'ProviderID' THEN data END) AS provider_id, MAX(CASE WHEN name = 'EnrollmentState' THEN data END) AS state FROM registry_keys GROUP BY key)
      SELECT e.discovery_service_url, e.provider_id, (SELECT data FROM registry WHERE path = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\InstallationType') AS installation_type
      FROM enrollment_info e WHERE e.upn IS NOT NULL AND e.state IN ('0','1','2','3') LIMIT 1`;
    const windows = (patch: ComputerPatch = {}): Computer => mac(patch, { windowsShare: 1 });
    expect(ask(windows(), sql).rows).toEqual([
      { discovery_service_url: "https://mdm.example.test/EnrollmentServer/Discovery.svc", provider_id: "ExampleMDM", installation_type: "Client" },
    ]);
    expect(ask(windows({ mdm: false }), sql).rows).toEqual([]);
    expect(passes(windows({ fileVault: false }), "SELECT 1 FROM bitlocker_info WHERE drive_letter = 'C:' AND protection_status = 1")).toBe(false);
  });

  test("Linux tells root encryption through the mounted device", () => {
    const sql = "SELECT m.path, d.encrypted FROM mounts m JOIN disk_encryption d ON m.device_alias = d.name WHERE m.path = '/'";
    expect(ask(mac({}, { linuxShare: 1 }), sql).rows).toEqual([{ path: "/", encrypted: "1" }]);
    expect(ask(mac({ fileVault: false }, { linuxShare: 1 }), sql).rows).toEqual([{ path: "/", encrypted: "0" }]);
  });
});

describe("what osquery refuses", () => {
  test.each([
    ["SELECT 1 FROM alf_typo WHERE x = 1", "no such table: alf_typo"],
    ["SELECT nothing FROM alf", "no such column: nothing"],
    ["SELECT 1 FROM alf WHERE a.b = 1", "no such column: a.b"],
    ["SELECT nothing FROM safari_extensions", "no such column: nothing"],
    ["SELECT foo(1)", "no such function: foo"],
    ["SELEC 1", 'near "SELEC": syntax error'],
    ["SELECT 1 FROM", "incomplete input"],
    ["SELECT 1 FROM alf WHERE", "incomplete input"],
  ])("%s", (sql, message) => {
    expect(ask(mac(), sql)).toEqual({ status: 1, message, rows: [] });
  });

  test("a table that broke is an error, and the registry says it is not active", () => {
    const computer = mac({ brokenTables: ["mdm"] });
    expect(ask(computer, "SELECT enrolled FROM mdm")).toEqual({ status: 1, message: "vtable constructor failed: mdm", rows: [] });
    expect(passes(computer, "SELECT 1 FROM osquery_registry WHERE active = 1 AND registry = 'table' AND name = 'mdm'")).toBe(false);
  });

  test("plain osquery has no fleetd tables, and osquery with the extension has", () => {
    const discovery = "SELECT 1 FROM osquery_registry WHERE active AND registry='table' AND name='app_sso_platform'";
    expect(passes(mac({}, { orbitProb: 0, bareOsqueryShare: 1 }), discovery)).toBe(false);
    expect(passes(mac({}, { orbitProb: 0, bareOsqueryShare: 0 }), discovery)).toBe(true);
  });
});

test.each<[string, Record<string, string>[]]>([
  ["SELECT 1", [{ "1": "1" }]],
  ["SELECT 1 WHERE 0", []],
  ["SELECT 7/2 AS a, 7/2.0 AS b, 1.0 * 4 AS c, 'x' || 1 AS d, NULL AS e", [{ a: "3", b: "3.5", c: "4.0", d: "x1", e: "" }]],
  ["SELECT COUNT(*) AS n, MAX(uid) AS top, username FROM users WHERE uid < 400", [{ n: "2", top: "248", username: "_mdmclient" }]],
  ["SELECT count(*) FROM users WHERE uid > 99999", [{ "count(*)": "0" }]],
  ["SELECT DISTINCT registry FROM osquery_registry", [{ registry: "table" }]],
  ["SELECT CASE WHEN 1 IS NULL THEN 'a' ELSE 'b' END AS x, iif(2 > 1, 'y', 'n') AS y, upper(substr('abc', 2)) AS z", [{ x: "b", y: "y", z: "BC" }]],
  ["SELECT regex_match('macOS 15.5 (24F74)', '(\\d+)\\.(\\d+)', 2) AS minor, split('a.b,c', '.,', 1) AS part", [{ minor: "5", part: "b" }]],
  [
    "SELECT g.groupname, count(*) AS n FROM users u LEFT JOIN groups g ON u.gid = g.gid GROUP BY g.groupname HAVING n > 0 ORDER BY 1 DESC LIMIT 1",
    [{ groupname: "wheel", n: "1" }],
  ],
  [
    "SELECT username FROM users WHERE username LIKE '\\_MDM%' ESCAPE '\\' AND username NOT IN ('root') ORDER BY uid DESC LIMIT 1 OFFSET 0",
    [{ username: "_mdmclient" }],
  ],
  ["SELECT name FROM (SELECT name, 1 AS k FROM osquery_flags UNION ALL SELECT 'zz', 0) ORDER BY k, name LIMIT 1", [{ name: "zz" }]],
  ["SELECT unix_time - strftime('%s', 'now') AS d, date('now') AS today FROM time", [{ d: "0", today: "2026-02-02" }]],
  ["SELECT 1 WHERE (SELECT COUNT(*) FROM users WHERE username = 'root') = 1 AND NOT EXISTS (SELECT 1 FROM users WHERE uid = -1) -- comment", [{ "1": "1" }]],
])("SQL as SQLite runs it: %s", (sql, rows) => {
  expect(ask(mac(), sql)).toEqual({ status: 0, message: "", rows });
});

test.each<{ platform: string; options: Partial<ComputerOptions> }>([
  { platform: "darwin", options: {} },
  { platform: "windows", options: { windowsShare: 1 } },
  { platform: "ubuntu", options: { linuxShare: 1 } },
  { platform: "darwin", options: { orbitProb: 0, bareOsqueryShare: 1 } },
])("every detail query of the product whose discovery holds is answered without error on $platform $options", ({ platform, options }) => {
  const computer = mac({}, options);
  const queries = detailQueriesFor(platform);
  expect(queries.length).toBeGreaterThan(5);
  for (const { name, sql, discovery } of queries) {
    const gate = ask(computer, discovery);
    expect([name, gate.message]).toEqual([name, ""]);
    if (gate.rows.length === 0) continue;
    const answer = ask(computer, sql);
    expect([name, answer.message, answer.rows.length > 0]).toEqual([name, "", true]);
  }
});

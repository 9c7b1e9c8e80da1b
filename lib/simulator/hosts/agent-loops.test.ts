import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHostBench, type HostBench } from "./host-bench";

const SECOND = 1000;

let bench: HostBench;
let server: HostBench["server"];
let clock: HostBench["clock"];

beforeEach(async () => {
  bench = await openHostBench();
  ({ server, clock } = bench);
});

afterEach(() => bench.close());

describe("fleetd", () => {
  test("config every 30 s, ping and desktop every 5 min, with capabilities", async () => {
    await bench.started();
    server.seen.length = 0;
    await clock.advance(600 * SECOND);
    expect(server.to("orbit/config").length).toBeGreaterThanOrEqual(19);
    expect(server.to("orbit/ping").map(({ method }) => method)).toEqual(["HEAD", "HEAD"]);
    expect(server.to("/desktop").length).toBeGreaterThanOrEqual(3);
    expect(server.to("orbit/config")[0]?.headers["x-fleet-capabilities"]).toContain("escrow_buddy");
  });

  test("the device token is posted at start and rotated after an hour", async () => {
    const host = await bench.started();
    const [first] = server.to("orbit/device_token");
    expect(first?.body).toEqual({ orbit_node_key: "orbit-key-1", device_auth_token: host.status.deviceToken });
    expect(host.status.deviceToken).toMatch(/^[0-9a-f-]{36}$/);
    await clock.advance(3500 * SECOND);
    expect(server.to("orbit/device_token")).toHaveLength(1);
    await clock.advance(200 * SECOND);
    const tokens = server.to("orbit/device_token").map(({ body }) => body.device_auth_token);
    expect(tokens).toHaveLength(2);
    expect(tokens[1]).not.toBe(tokens[0]);
    expect(host.status.deviceToken).toBe(tokens[1]);
  });

  test("a failing desktop check rotates the token within five minutes", async () => {
    await bench.started();
    server.always("/desktop", () => ({ status: 500, body: { message: "oops", errors: [], uuid: "" } }));
    await clock.advance(400 * SECOND);
    expect(server.to("orbit/device_token").length).toBeGreaterThanOrEqual(2);
  });

  test("refetch goes to the device API and is followed by a check-in", async () => {
    const host = await bench.started();
    await host.refetch();
    const token = host.status.deviceToken ?? "";
    expect(server.seen.slice(-2).map(({ path }) => path)).toEqual([`/api/latest/fleet/device/${token}/refetch`, "/api/v1/osquery/distributed/read"]);
  });
});

describe("logs", () => {
  const config = {
    options: { pack_delimiter: "/", logger_tls_period: 10, logger_tls_compress: true },
    decorators: { load: ["SELECT uuid AS host_uuid FROM system_info;"] },
    packs: {
      Global: {
        queries: {
          usb: { query: "SELECT vendor FROM usb_devices;", interval: 60, snapshot: true, platform: "darwin" },
          other: { query: "SELECT 1", interval: 60, platform: "windows" },
        },
      },
      "team-4": { queries: { firewall: { query: "SELECT global_state FROM alf", interval: 60 }, broken: { query: "SELECT 1 FROM nowhere", interval: 60 } } },
    },
  };

  test("scheduled queries give snapshot and changed lines, errors give status lines, compressed when told", async () => {
    server.always("osquery/config", () => ({ body: config }));
    const host = await bench.started();
    await clock.advance(65 * SECOND);
    const log = (type: string) => server.to("/log").filter(({ body }) => body.log_type === type);
    const [first] = log("result");
    expect(first?.headers["content-encoding"]).toBe("gzip");
    expect(Object.keys(first?.body ?? {})).toEqual(["data", "log_type", "node_key"]);
    expect(first?.body.data).toEqual([
      expect.objectContaining({
        name: "pack/Global/usb",
        action: "snapshot",
        snapshot: [{ vendor: "Yubico" }],
        decorations: { host_uuid: host.computer.identity.hardwareUuid },
      }),
      expect.objectContaining({ name: "pack/team-4/firewall", action: "added", columns: { global_state: "1" }, counter: 0 }),
    ]);
    expect(log("status")[0]?.body.data).toEqual([expect.objectContaining({ severity: 2, message: expect.stringContaining("no such table: nowhere") })]);
    await host.change({ firewall: false });
    await clock.advance(65 * SECOND);
    expect(log("result").at(-1)?.body.data).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: "added", columns: { global_state: "0" } }),
        expect.objectContaining({ action: "removed", columns: { global_state: "1" } }),
      ]),
    );
  });

  test("lines the server refused come again, with growing pauses", async () => {
    server.always("osquery/config", () => ({ body: config }));
    server.next("/log", { status: 500, body: { error: "sink unavailable" } }, { status: 500, body: { error: "sink unavailable" } });
    await bench.started();
    await clock.advance(120 * SECOND);
    const usb = server.to("/log").filter(({ text }) => text.includes("pack/Global/usb"));
    expect(usb.length).toBeGreaterThanOrEqual(2);
  });
});

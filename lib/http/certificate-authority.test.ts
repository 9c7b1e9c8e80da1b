import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureCertificateAuthority, issueServerCertificate } from "./certificate-authority";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ca-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** The status that a client trusting only `ca` gets from `https://{host}:{port}/`, or the TLS error's code. */
function get(host: string, port: number, ca: string): Promise<number | string> {
  return new Promise((resolve) => {
    request({ host, port, path: "/", ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", (error) => resolve("code" in error ? String(error.code) : error.message))
      .end();
  });
}

test("a client that trusts only ca.pem completes the handshake by name and by address, and refuses other names and authorities", async () => {
  const authority = await ensureCertificateAuthority(join(root, "one"), { name: "Flotilla test authority" });
  const other = await ensureCertificateAuthority(join(root, "other"), { name: "Flotilla test authority" });
  const good = issueServerCertificate(authority, { names: ["localhost", "127.0.0.1", "::1"] });
  const elsewhere = issueServerCertificate(authority, { names: ["elsewhere.example"] });
  const server = createServer({ cert: good.certPem, key: good.keyPem }, (_, response) => response.end("ok")).listen(0, "127.0.0.1");
  const wrongName = createServer({ cert: elsewhere.certPem, key: elsewhere.keyPem }, (_, response) => response.end("ok")).listen(0, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(wrongName, "listening")]);
  try {
    const port = (server.address() as AddressInfo).port;
    expect(await get("localhost", port, authority.certPem)).toBe(200);
    expect(await get("127.0.0.1", port, authority.certPem)).toBe(200);
    expect(await get("localhost", port, other.certPem)).not.toBe(200);
    expect(await get("localhost", (wrongName.address() as AddressInfo).port, authority.certPem)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  } finally {
    server.close();
    wrongName.close();
  }
});

test("the key is readable by its owner only, and no drafts stay behind", async () => {
  const folder = join(root, "modes");
  await ensureCertificateAuthority(folder, { name: "Modes" });
  expect((await stat(join(folder, "ca.key"))).mode & 0o777).toBe(0o600);
  expect((await readdir(folder)).toSorted()).toEqual(["ca.key", "ca.pem"]);
});

test("many starts at once end with one authority, and a later start reuses it", async () => {
  const folder = join(root, "race");
  const all = await Promise.all(Array.from({ length: 12 }, () => ensureCertificateAuthority(folder, { name: "Race" })));
  expect(new Set(all.map((each) => each.certPem)).size).toBe(1);
  const again = await ensureCertificateAuthority(folder, { name: "Another name" });
  expect(again.certPem).toBe(all[0]?.certPem);
  expect(again.name).toBe("Race");
});

test("server certificates live at most 397 days, name IPv4 and IPv6 addresses, and chain to the authority", async () => {
  const authority = await ensureCertificateAuthority(join(root, "leaf"), { name: "Leaf — Ünïcode" });
  const { certPem, expiresAt } = issueServerCertificate(authority, {
    names: ["flotilla.example.com", "10.0.0.7", "2001:db8::17"],
    days: 4000,
  });
  const leaf = new X509Certificate(certPem);
  const days = (Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / 86_400_000;
  expect(days).toBeLessThanOrEqual(397);
  expect(Math.abs(Date.parse(leaf.validTo) - expiresAt.getTime())).toBeLessThan(1000);
  expect(leaf.subjectAltName).toBe("DNS:flotilla.example.com, IP Address:10.0.0.7, IP Address:2001:DB8:0:0:0:0:0:17");
  expect(leaf.ca).toBe(false);
  expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  const ca = new X509Certificate(authority.certPem);
  expect(ca.ca).toBe(true);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkIssued(ca)).toBe(true);
});

test("a certificate that does not belong to the key stops the start with the remedy", async () => {
  const folder = join(root, "mixed");
  await ensureCertificateAuthority(folder, { name: "Mixed" });
  await writeFile(join(folder, "ca.pem"), await readFile(join(root, "one", "ca.pem"), "utf8"));
  await expect(ensureCertificateAuthority(folder, { name: "Mixed" })).rejects.toMatchObject({ code: "certificate_authority_unusable" });
});

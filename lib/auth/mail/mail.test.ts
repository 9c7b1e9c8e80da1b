import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../../context";
import { resetEnv } from "../../env";
import { ensureCertificateAuthority, issueServerCertificate } from "../../http/certificate-authority";
import { startSmtpServer, type SmtpBehaviour, type SmtpServer } from "../../testing/smtp-server";
import { testUserContext } from "../../testing/test-context";
import { composeMail } from "./compose-mail";
import { getMailSettings } from "./get-mail-settings";
import { sendMail } from "./send-mail";
import { sendTestMail } from "./send-test-mail";
import { updateMailSettings } from "./update-mail-settings";

const folder = mkdtempSync(join(tmpdir(), "mail-test-"));
let admin: Context;
let certificate: { certPem: string; keyPem: string };
const servers: SmtpServer[] = [];

beforeAll(async () => {
  admin = await testUserContext("admin");
  await admin.db.organisation.update({ where: { id: 1 }, data: { name: "Aldergate Research" } });
  const authority = await ensureCertificateAuthority(folder, { name: "Mail test" });
  certificate = await issueServerCertificate(authority, { names: ["127.0.0.1", "localhost"] });
});

beforeEach(async () => {
  await admin.db.mailSettings.update({
    where: { id: 1 },
    data: { enabled: false, host: "", port: 587, security: "starttls", userName: "", passwordCiphertext: null, fromAddress: "" },
  });
});

afterEach(async () => {
  delete process.env.SMTP_CA_FILE;
  resetEnv();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const activities = () => admin.db.activity.findMany({ orderBy: { id: "desc" }, take: 3 });
const trust = () => {
  process.env.SMTP_CA_FILE = join(folder, "ca.pem");
  resetEnv();
};

async function serve(behaviour: SmtpBehaviour = {}): Promise<SmtpServer> {
  const server = await startSmtpServer({ certificate, security: "none", ...behaviour });
  servers.push(server);
  return server;
}

async function settle(server: SmtpServer, over: Parameters<typeof updateMailSettings>[1] = {}): Promise<void> {
  await updateMailSettings(admin, {
    enabled: true,
    host: "127.0.0.1",
    port: server.port,
    security: "none",
    fromAddress: "flotilla@aldergate.example",
    ...over,
  });
}

const letter = {
  ...composeMail({
    subject: "Grüße\r\nBcc: eve@example.test",
    sender: "Aldergate Research",
    paragraphs: ["Hello Zoë <b>,"],
    action: { text: "Open", url: "https://f.example/a?b=1&c=2" },
  }),
  to: { address: "zoe@example.test", name: 'Zoë "Z" <x@y>\r\nBcc: eve@example.test' },
  id: "letter.1",
};

describe("settings", () => {
  test("are read without the password and written with an activity that tells before and after, but no password", async () => {
    await updateMailSettings(admin, {
      host: "SMTP.example.com",
      port: 465,
      security: "tls",
      userName: "flotilla",
      password: "hunter-2-hunter",
      fromAddress: "F@Example.com",
      enabled: true,
    });
    const seen = await getMailSettings(admin);
    expect(seen).toMatchObject({
      enabled: true,
      host: "smtp.example.com",
      port: 465,
      security: "tls",
      userName: "flotilla",
      hasPassword: true,
      fromAddress: "f@example.com",
    });
    const [activity] = await activities();
    expect(activity).toMatchObject({
      type: "edited_mail_settings",
      details: { changed: { host: { from: "", to: "smtp.example.com" }, enabled: { from: false, to: true } }, password_changed: true },
    });
    const stored = await admin.db.mailSettings.findUniqueOrThrow({ where: { id: 1 } });
    expect(JSON.stringify([seen, activity?.details, stored])).not.toContain("hunter-2");
  });

  test("keep what isn't named, and leave no activity when nothing changes", async () => {
    await updateMailSettings(admin, { host: "smtp.example.com", userName: "u", password: "secret-1-secret" });
    const before = await admin.db.activity.count();
    expect(await updateMailSettings(admin, { host: "smtp.example.com" })).toMatchObject({ userName: "u", hasPassword: true });
    expect(await admin.db.activity.count()).toBe(before);
  });

  test("need the password anew for another server or user name, and forget it with the user name", async () => {
    await updateMailSettings(admin, { host: "smtp.example.com", userName: "u", password: "secret-1-secret" });
    for (const patch of [{ host: "evil.example.net" }, { port: 2525 }, { userName: "other" }]) {
      await expect(updateMailSettings(admin, patch)).rejects.toMatchObject({ status: 422, fields: [{ field: "password" }] });
    }
    expect(await updateMailSettings(admin, { host: "other.example.net", password: "again-1-again" })).toMatchObject({ hasPassword: true });
    expect(await updateMailSettings(admin, { userName: "" })).toMatchObject({ hasPassword: false });
  });

  test.each<[string, Parameters<typeof updateMailSettings>[1]]>([
    ["host", { host: "smtp.example.com:25" }],
    ["host", { host: "https://smtp.example.com" }],
    ["host", { enabled: true, fromAddress: "a@b.example" }],
    ["port", { port: 0 }],
    ["port", { port: 70_000 }],
    ["fromAddress", { fromAddress: "not an address" }],
    ["fromAddress", { enabled: true, host: "smtp.example.com" }],
    ["password", { userName: "u" }],
    ["password", { userName: "u", password: "" }],
    ["userName", { userName: "a\r\nb" }],
    ["security", { host: "smtp.example.com", userName: "u", password: "p", security: "none" }],
  ])("refuse a wrong %s: %j", async (field, patch) => {
    await expect(updateMailSettings(admin, patch)).rejects.toMatchObject({ status: 422, code: "mail_settings_invalid", fields: [{ field }] });
  });

  test("are an admin's to write; gitops reads them, others don't", async () => {
    const gitops = await testUserContext("gitops");
    expect(await getMailSettings(gitops)).toMatchObject({ port: 587 });
    await expect(updateMailSettings(gitops, { port: 25 })).rejects.toMatchObject({ status: 403 });
    for (const role of ["maintainer", "technician", "observer", "none"] as const) {
      const other = await testUserContext(role);
      await expect(getMailSettings(other)).rejects.toMatchObject({ status: 403 });
      await expect(sendTestMail(other)).rejects.toMatchObject({ status: 403 });
    }
  });
});

describe("sending", () => {
  test("hands over both bodies, escaped, to the one recipient, whatever stands in names and subject", async () => {
    const server = await serve();
    await settle(server);
    expect(await sendMail(admin, letter)).toContain("Queued as 4f1c");
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: "flotilla@aldergate.example", to: ["zoe@example.test"], secure: false });
    expect(mail?.headers).toMatchObject({ "message-id": "<letter.1@aldergate.example>", "auto-submitted": "auto-generated" });
    expect(Object.keys(mail?.headers ?? {})).not.toContain("bcc");
    expect(mail?.text).toContain("Hello Zoë <b>,");
    expect(mail?.text).toContain("https://f.example/a?b=1&c=2");
    expect(mail?.html).toContain("Hello Zoë &lt;b&gt;,");
    expect(mail?.html).toContain('href="https://f.example/a?b=1&amp;c=2"');
    expect(mail?.html).not.toMatch(/<(img|script|link)\b/);
  });

  test.each(["tls", "starttls"] as const)("signs in over %s once the certificate is trusted, and says why before that", async (security) => {
    const login = { user: "flotilla", password: "hunter-2-hunter" };
    const server = await serve({ security, login });
    await settle(server, { host: "localhost", security, userName: login.user, password: login.password });
    await expect(sendMail(admin, letter)).rejects.toMatchObject({
      code: "mail_undelivered",
      message: expect.stringContaining("certificate isn't trusted") as string,
    });
    expect(server.commands.some((line) => line.startsWith("AUTH"))).toBe(false);
    trust();
    await sendMail(admin, letter);
    expect(server.mails).toMatchObject([{ secure: true, user: "flotilla" }]);
  });

  test("never says a password where TLS was asked for and isn't offered", async () => {
    trust();
    const login = { user: "flotilla", password: "hunter-2-hunter" };
    const server = await serve({ security: "none", login });
    await settle(server, { security: "starttls", userName: login.user, password: login.password });
    await expect(sendMail(admin, letter)).rejects.toMatchObject({ code: "mail_undelivered", message: expect.stringContaining("STARTTLS") as string });
    await settle(server, { security: "tls" });
    await expect(sendMail(admin, letter)).rejects.toMatchObject({ code: "mail_undelivered", message: expect.stringContaining("TLS") as string });
    expect(server.commands.join("\n")).not.toMatch(/AUTH|MAIL/);
  });

  test("a certificate for another name isn't trusted", async () => {
    trust();
    const authority = await ensureCertificateAuthority(folder, { name: "Mail test" });
    const server = await serve({ security: "tls", certificate: await issueServerCertificate(authority, { names: ["smtp.elsewhere.example"] }) });
    await settle(server, { host: "localhost", security: "tls" });
    await expect(sendMail(admin, letter)).rejects.toMatchObject({ message: expect.stringContaining("certificate isn't trusted") as string });
  });

  test.each<[string, Record<string, string>, string, string]>([
    ["a recipient", { RCPT: "550 5.1.1 No such person" }, "mail_refused", "550 5.1.1 No such person"],
    ["a sender", { MAIL: "553 5.7.1 Not your address" }, "mail_refused", "553 5.7.1 Not your address"],
    ["for now", { RCPT: "451 4.7.1 Greylisted, come again" }, "mail_undelivered", "451 4.7.1 Greylisted"],
    ["the body", { BODY: "552 5.3.4 Too large" }, "mail_refused", "552 5.3.4 Too large"],
    ["everyone", { CONNECT: "421 4.3.2 Closing down" }, "mail_undelivered", "421 4.3.2 Closing down"],
  ])("a server that refuses %s is quoted", async (_, answers, code, words) => {
    const server = await serve({ answers });
    await settle(server);
    await expect(sendMail(admin, letter)).rejects.toMatchObject({ status: 502, code, message: expect.stringContaining(words) as string });
    expect(server.mails).toEqual([]);
  });

  test("a wrong password is said in the server's own words, without the password", async () => {
    trust();
    const server = await serve({ security: "tls", login: { user: "flotilla", password: "right-1-right" } });
    await settle(server, { host: "localhost", security: "tls", userName: "flotilla", password: "wrong-1-wrong" });
    const error: unknown = await sendMail(admin, letter).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "mail_refused", message: expect.stringContaining("535 5.7.8 Username and password not accepted") as string });
    expect(JSON.stringify(error) + String((error as Error).message)).not.toContain("wrong-1");
  });

  test("no server behind the port, or mail that is off, is said as such", async () => {
    await expect(sendMail(admin, letter)).rejects.toMatchObject({ status: 503, code: "mail_off" });
    const server = await serve();
    await settle(server);
    await server.stop();
    servers.pop();
    await expect(sendMail(admin, letter)).rejects.toMatchObject({ code: "mail_undelivered", message: expect.stringContaining("nothing answers") as string });
    await settle(server, { enabled: false });
    await expect(sendMail(admin, letter)).rejects.toMatchObject({ code: "mail_off" });
  });

  test("the test mail goes to who asked for it, also before mail is switched on, and gives the server's answer", async () => {
    const server = await serve();
    await settle(server, { enabled: false });
    const email = admin.actor.kind === "user" ? admin.actor.email : "";
    expect(await sendTestMail(admin)).toEqual({ to: email, answer: "250 2.0.0 Queued as 4f1c" });
    expect(server.mails).toMatchObject([{ to: [email], headers: { subject: "Flotilla can send mail" } }]);
    expect((await activities())[0]).toMatchObject({ type: "sent_test_mail", details: { to: email } });
  });
});

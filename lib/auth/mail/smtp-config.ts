import { InvalidInputError, type FieldProblem } from "../../errors";
import type { MailSecurity, MailSettings, MailSettingsPatch } from "./mail-settings";

type Tree = Record<string, unknown>;

const part = "smtp_settings";
const names = [
  "enable_smtp",
  "sender_address",
  "server",
  "port",
  "authentication_type",
  "user_name",
  "password",
  "enable_ssl_tls",
  "enable_start_tls",
] as const;
type Name = (typeof names)[number];

/** The settings of mail as paths of the configuration, each under itself: what of `smtp_settings` can be written. */
export const smtpPaths: Readonly<Record<string, `${typeof part}.${Name}`>> = Object.fromEntries(names.map((name) => [`${part}.${name}`, `${part}.${name}`]));

/** What of `smtp_settings` the server alone knows. */
export const smtpReadOnly = /^smtp_settings\.configured$/;

const pathOf: Record<string, string> = {
  enabled: `${part}.enable_smtp`,
  host: `${part}.server`,
  port: `${part}.port`,
  security: `${part}.enable_ssl_tls`,
  userName: `${part}.user_name`,
  password: `${part}.password`,
  fromAddress: `${part}.sender_address`,
};

/** `smtp_settings` as clients know it; a stored password reads as `mask`. */
export function toSmtpTree(settings: MailSettings, mask: string): Tree {
  return {
    enable_smtp: settings.enabled,
    configured: settings.enabled,
    sender_address: settings.fromAddress,
    server: settings.host,
    port: settings.port,
    authentication_type: settings.userName ? "authtype_username_password" : "authtype_none",
    user_name: settings.userName,
    password: settings.hasPassword ? mask : "",
    enable_ssl_tls: settings.security === "tls",
    authentication_method: "authmethod_plain",
    domain: "",
    verify_ssl_certs: true,
    enable_start_tls: settings.security === "starttls",
  };
}

/**
 * What changed paths of `smtp_settings` mean for the settings. TLS wins over STARTTLS when both are asked for, except on any port but 465, where servers
 * that are asked for both expect STARTTLS.
 * @throws InvalidInputError `config_invalid` for a value of the wrong kind
 */
export function readSmtpPatch(changes: Partial<Record<string, unknown>>, current: MailSettings): MailSettingsPatch {
  const given = (name: Name) => changes[`${part}.${name}`];
  const type = oneOf(given("authentication_type"), "authentication_type", ["authtype_username_password", "authtype_none"]);
  const tls = truth(given("enable_ssl_tls"), "enable_ssl_tls") ?? current.security === "tls";
  const startTls = truth(given("enable_start_tls"), "enable_start_tls") ?? current.security === "starttls";
  const port = (given("port") as number | undefined) ?? current.port;
  const asked = given("enable_ssl_tls") !== undefined || given("enable_start_tls") !== undefined;
  const patch = {
    enabled: given("enable_smtp"),
    host: given("server"),
    port: given("port"),
    security: asked ? securityOf(tls, startTls, port) : undefined,
    userName: type === "authtype_none" ? "" : given("user_name"),
    password: type === "authtype_none" ? undefined : given("password"),
    fromAddress: given("sender_address"),
  };
  // The kinds of the rest are checked where they are stored.
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as MailSettingsPatch;
}

/** The same error with its fields by their paths in the configuration. */
export function atSmtpPaths(error: unknown): unknown {
  if (!(error instanceof InvalidInputError) || error.code !== "mail_settings_invalid") return error;
  const fields: FieldProblem[] = error.fields.map(({ field, reason }) => ({ field: pathOf[field] ?? part, reason }));
  return new InvalidInputError("config_invalid", `"${fields[0]?.field}": ${fields[0]?.reason}.`, { cause: error, fields });
}

function securityOf(tls: boolean, startTls: boolean, port: number): MailSecurity {
  if (tls && !(startTls && port !== 465)) return "tls";
  return startTls ? "starttls" : "none";
}

function truth(value: unknown, name: Name): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw wrong(name, "expected true or false");
}

function oneOf<const Word extends string>(value: unknown, name: Name, words: readonly Word[]): Word | undefined {
  if (value === undefined || words.includes(value as Word)) return value as Word | undefined;
  throw wrong(name, `expected ${words.join(" or ")}`);
}

function wrong(name: Name, reason: string): InvalidInputError {
  const field = `${part}.${name}`;
  return new InvalidInputError("config_invalid", `"${field}": ${reason}.`, { fields: [{ field, reason }] });
}

import { env } from "../env";
import { InvalidInputError } from "../errors";

/** Where people and apps sign in, by national cloud: origins without a trailing slash. */
export const microsoftLogins = {
  global: "https://login.microsoftonline.com",
  us_government: "https://login.microsoftonline.us",
  china: "https://login.partner.microsoftonline.cn",
} as const;

/** A national cloud that people sign in at. */
export type LoginCloud = keyof typeof microsoftLogins;

const loopback = /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/;

/**
 * The sign-in address of a cloud, or MICROSOFT_LOGIN_URL where that is set.
 * @throws InvalidInputError `login_address_unsafe` when that variable names plain http on another computer
 */
export function loginOrigin(cloud: LoginCloud): string {
  const { MICROSOFT_LOGIN_URL } = env();
  if (!MICROSOFT_LOGIN_URL) return microsoftLogins[cloud];
  const url = new URL(MICROSOFT_LOGIN_URL);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname))) return url.origin;
  throw new InvalidInputError("login_address_unsafe", "MICROSOFT_LOGIN_URL must be https: what people sign in with goes there. Correct it and start again.");
}

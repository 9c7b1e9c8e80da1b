import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { StartupError } from "./errors";

const Port = z.coerce.number().int().min(0).max(65535);
const FilePath = z.string().min(1);

const Environment = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  PORT: Port.default(3000),
  HOST: z.string().min(1).default("0.0.0.0"),
  TLS_PORT: Port.default(8443),
  TLS_CERT_FILE: FilePath.optional(),
  TLS_KEY_FILE: FilePath.optional(),
  TLS_NAMES: z.string().optional(),
  DATA_DIR: FilePath.default("./data"),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(4).max(200).default(16),
  PUBLIC_URL: z.url().optional(),
  SECRET_KEY: z.string().min(32).optional(),
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z.string().optional(),
  ORGANISATION_NAME: z.string().optional(),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  GATE_CHECK_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(8),
  READINESS_SECONDS: z.coerce.number().int().min(0).max(300).optional(),
  DRAIN_SECONDS: z.coerce.number().int().min(0).max(300).optional(),
  METRICS_PORT: Port.optional(),
  METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  METRICS_TOKEN: z.string().min(16).regex(/^\S+$/).optional(),
  TRUSTED_PROXIES: z.string().default(""),
  SMTP_CA_FILE: FilePath.optional(),
  SSO_METADATA_PRIVATE: z
    .enum(["0", "1"])
    .default("0")
    .transform((given) => given === "1"),
  ENTRA_CLIENT_ID: z.string().optional(),
  ENTRA_CLIENT_SECRET: z.string().optional(),
  ENTRA_CERTIFICATE_FILE: FilePath.optional(),
  ENTRA_KEY_FILE: FilePath.optional(),
  MICROSOFT_LOGIN_URL: z.url().optional(),
  MICROSOFT_GRAPH_URL: z.url().optional(),
  MICROSOFT_INTUNE_RESOURCE: z.url().optional(),
});

/** The checked environment, with the defaults of the README's table. */
export type Env = z.infer<typeof Environment>;

const expectations: Record<string, string> = {
  PORT: "a port number from 0 to 65535",
  TLS_PORT: "a port number from 0 to 65535",
  METRICS_PORT: "a port number from 0 to 65535",
  METRICS_TOKEN: "at least 16 characters without spaces, for example the output of `openssl rand -hex 32`",
  DATABASE_URL: "an address such as postgresql://user:password@host:5432/flotilla",
  PUBLIC_URL: "an address such as https://flotilla.example.com",
  SECRET_KEY: "at least 32 characters, for example the output of `openssl rand -base64 32`",
  ADMIN_EMAIL: "an e-mail address",
  GATE_CHECK_SECONDS: "whole seconds from 1 to 3600",
  READINESS_SECONDS: "whole seconds from 0 to 300",
  DRAIN_SECONDS: "whole seconds from 0 to 300",
  SSO_METADATA_PRIVATE: "1 (metadata may come from private addresses) or 0",
};

/**
 * Reads and checks the environment once.
 * @throws StartupError `environment_invalid`, naming the first wrong variable and what it should be
 */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? "environment");
  const expected = expectations[name] ?? issue?.message ?? "another value";
  throw new StartupError("environment_invalid", `${name} is not usable: expected ${expected}. Correct it and start again.`);
}

let current: Env | undefined;

/** The environment of this process. */
export function env(): Env {
  current ??= readEnv();
  return current;
}

/** Forgets the environment that was read, after it was changed on purpose (start-up, tests). */
export function resetEnv(): void {
  current = undefined;
}

/** The data folder as an absolute path. */
export function dataDir(): string {
  return resolve(env().DATA_DIR);
}

/**
 * Reads a file that the environment names.
 * @throws StartupError `file_unreadable` with the variable's name
 */
export function readNamedFile(variable: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new StartupError("file_unreadable", `${variable} names ${path}, which can't be read. Check the path and its permissions.`, {
      cause,
    });
  }
}

import pino from "pino";
import { env } from "./env";

/** The logger's face that verbs see: dotted keys first, then a sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const shared = globalThis as unknown as { flotillaLog?: pino.Logger };

/** The process's logger: JSON lines on standard output, with anything that may hold a credential taken out. */
export function getLogger(): Logger {
  shared.flotillaLog ??= pino({
    level: env().LOG_LEVEL,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        "authorization",
        "cookie",
        "*.authorization",
        "*.cookie",
        "*.node_key",
        "*.orbit_node_key",
        "*.enroll_secret",
        "*.client_secret",
        "*.access_token",
      ],
      censor: "[removed]",
    },
  });
  return shared.flotillaLog;
}

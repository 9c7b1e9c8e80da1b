import { runAdminReset } from "./admin-reset-command";

process.exitCode = await runAdminReset(process.argv.slice(2));

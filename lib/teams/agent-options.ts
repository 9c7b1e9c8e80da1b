import { z } from "zod";
import { BadRequestError, InvalidInputError } from "../errors";

const anyObject = z.record(z.string(), z.unknown());

const AgentOptions = z.strictObject({
  config: anyObject.nullable().optional(),
  overrides: z
    .strictObject({ platforms: z.record(z.string(), anyObject).nullable().optional() })
    .nullable()
    .optional(),
  command_line_flags: anyObject.nullable().optional(),
  extensions: anyObject.nullable().optional(),
  update_channels: anyObject.nullable().optional(),
  script_execution_timeout: z.number().optional(),
});

const maxBytes = 256 * 1024;

/**
 * Options for agents as they are stored: parts that agents know, objects where objects belong. `force` lets parts through that we don't know.
 * @throws BadRequestError `unknown_key`; InvalidInputError `agent_options_invalid`
 */
export function readAgentOptions(options: unknown, force = false): Record<string, unknown> {
  const read = anyObject.safeParse(options);
  if (!read.success) throw invalid('Agent options are an object, such as {"config": {"options": {}}}.');
  if (JSON.stringify(read.data).length > maxBytes) throw invalid("Agent options have at most 256 KiB.");
  if (JSON.stringify(read.data).includes("\\u0000")) throw invalid("Agent options have a NUL character in them. Take it out.");
  if (force) return read.data;
  const known = AgentOptions.safeParse(read.data);
  if (known.success) return read.data;
  const unknown = known.error.issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown) {
    const at = [...unknown.path.map(String), unknown.keys[0] ?? ""].join(".");
    throw new BadRequestError("unknown_key", `"${at}" isn't a part of agent options. Leave it out, or send force=true to keep it all the same.`);
  }
  const issue = known.error.issues[0];
  throw invalid(`${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "another kind of value is expected"}.`);
}

function invalid(reason: string): InvalidInputError {
  return new InvalidInputError("agent_options_invalid", reason, { fields: [{ field: "agent_options", reason }] });
}

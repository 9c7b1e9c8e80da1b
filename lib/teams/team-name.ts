import { InvalidInputError } from "../errors";

const reserved = new Set(["no team", "all teams", "unassigned", "all fleets"]);
const maxNameLength = 255;

/**
 * A team's name as it is stored: trimmed, not empty, not one of the names that mean something else.
 * @throws InvalidInputError `team_name_invalid`
 */
export function readTeamName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw invalid("Give the team a name.");
  if (trimmed.length > maxNameLength) throw invalid(`A team's name has at most ${maxNameLength} characters.`);
  if (reserved.has(trimmed.toLowerCase())) throw invalid(`"${trimmed}" already means something else here. Choose another name.`);
  return trimmed;
}

function invalid(reason: string): InvalidInputError {
  return new InvalidInputError("team_name_invalid", reason, { fields: [{ field: "name", reason }] });
}

import { InvalidInputError } from "../errors";

/** An enroll secret in the clear, for those who may read it. */
export interface EnrollSecret {
  secret: string;
  createdAt: Date;
  teamId: number | null;
}

/** What an enroll secret is sealed for; see sealSecret. */
export const enrollSecretPurpose = "enroll_secret";

/** The most secrets one team, or all teams together, may have. */
export const maxEnrollSecrets = 50;

const maxSecretLength = 255;

/**
 * The secrets as they are stored: at most 50, none blank, none twice. Their text is kept as given; agents send it byte by byte.
 * @throws InvalidInputError `enroll_secret_invalid`
 */
export function readEnrollSecrets(secrets: string[]): string[] {
  if (secrets.length > maxEnrollSecrets) throw invalid("secrets", `A team has at most ${maxEnrollSecrets} enroll secrets.`);
  const seen = new Set<string>();
  secrets.forEach((secret, index) => {
    const field = `secrets[${index}].secret`;
    if (secret.trim() === "") throw invalid(field, "An enroll secret can't be blank.");
    if (secret.length > maxSecretLength) throw invalid(field, `An enroll secret has at most ${maxSecretLength} characters.`);
    if (seen.has(secret)) throw invalid(field, "This secret is in the list twice.");
    seen.add(secret);
  });
  return [...secrets];
}

function invalid(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("enroll_secret_invalid", reason, { fields: [{ field, reason }] });
}

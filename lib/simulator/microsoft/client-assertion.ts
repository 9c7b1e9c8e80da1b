import { createHash, X509Certificate } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import type { Exchange } from "./exchange";
import type { SimulatedApp } from "./simulated-types";

/** Why an assertion is refused: the AADSTS number and its sentence. */
export interface AssertionProblem {
  code: number;
  message: string;
}

const clockToleranceMs = 5 * 60 * 1000;

/**
 * Checks a client assertion (RFC 7523) as Microsoft does: signed by a registered certificate that its header names,
 * issued by and about the client, for the token endpoint, and in time.
 */
export async function checkClientAssertion(exchange: Exchange, app: SimulatedApp, assertion: string): Promise<AssertionProblem | undefined> {
  let header: ReturnType<typeof decodeProtectedHeader>;
  let claims: ReturnType<typeof decodeJwt>;
  try {
    header = decodeProtectedHeader(assertion);
    claims = decodeJwt(assertion);
  } catch {
    return { code: 50027, message: "The client assertion isn't a JWT." };
  }
  const certificate = app.certificates.map((pem) => new X509Certificate(pem)).find((each) => named(header, each));
  if (!certificate) return { code: 700027, message: "The certificate with the key id of the assertion's header is not registered on the application." };
  const algorithm = header.alg ?? "";
  if (!["RS256", "PS256"].includes(algorithm)) return { code: 50027, message: `The assertion's algorithm is ${algorithm}; expected PS256 or RS256.` };
  try {
    await jwtVerify(assertion, certificate.publicKey, {
      algorithms: [algorithm],
      currentDate: new Date((claims.iat ?? claims.nbf ?? 0) * 1000), // the signature only; times get their own answer below
      clockTolerance: 60 * 60,
    });
  } catch {
    return { code: 700027, message: "The assertion's signature is not by the certificate that its header names." };
  }
  const now = exchange.simulator.now();
  if (claims.exp === undefined || claims.exp * 1000 < now - clockToleranceMs || (claims.nbf ?? 0) * 1000 > now + clockToleranceMs) {
    return { code: 700024, message: "The client assertion is not within its valid time range. Check the clock of the machine that made it." };
  }
  if (claims.iss !== app.clientId || claims.sub !== app.clientId) return { code: 700023, message: "The assertion's iss and sub must both be the client id." };
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud ?? ""];
  const accepted = `${exchange.simulator.addresses.login}/`;
  if (!audiences.some((audience) => audience.startsWith(accepted))) {
    return { code: 700023, message: `The assertion's audience is ${audiences.join(", ")}; expected the token endpoint of this authority.` };
  }
  return undefined;
}

/** Whether the header's `x5t#S256`, `x5t` or `kid` is the certificate's thumbprint. */
function named(header: Record<string, unknown>, certificate: X509Certificate): boolean {
  const sha256 = createHash("sha256").update(certificate.raw).digest();
  const sha1 = createHash("sha1").update(certificate.raw).digest();
  const words = [header["x5t#S256"], header.x5t, header.kid].filter((word) => typeof word === "string");
  const names = [sha256, sha1].flatMap((digest) => [digest.toString("base64url"), digest.toString("hex"), digest.toString("hex").toUpperCase()]);
  return words.some((word) => names.includes(word));
}

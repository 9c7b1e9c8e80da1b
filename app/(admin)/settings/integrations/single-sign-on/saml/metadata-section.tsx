import { Time } from "@/app/_components/time";
import type { MetadataFacts } from "@/lib/sso/saml/get-saml-settings";
import type { SigningKey } from "@/lib/sso/saml/metadata";
import { FetchButton } from "./fetch-button";

const dayMs = 24 * 3600_000;

/** What the identity provider's metadata says: who it is, where people are sent, and until when each of its certificates runs. */
export function MetadataSection({ facts, canWrite, now }: { facts: MetadataFacts; canWrite: boolean; now: Date }) {
  const { metadata, source, fetchedAt, failedAt } = facts;
  return (
    <div className="saml-facts">
      <h3 className="saml-title">Metadata in use</h3>
      {metadata && (
        <>
          <dl className="saml-list">
            <dt>Entity ID</dt>
            <dd>{metadata.entityId}</dd>
            <dt>Sign-in address</dt>
            <dd>{metadata.signInUrl}</dd>
            <dt>Comes from</dt>
            <dd>
              {source === "pasted" ? (
                "the pasted text"
              ) : (
                <>
                  the metadata URL
                  {fetchedAt && (
                    <>
                      , fetched <Time at={fetchedAt} />
                    </>
                  )}
                </>
              )}
            </dd>
            {failedAt && (
              <>
                <dt>Last failure</dt>
                <dd>
                  <Time at={failedAt} />
                </dd>
              </>
            )}
          </dl>
          <table className="tbl flat">
            <caption className="vh">Certificates that the identity provider signs with</caption>
            <thead>
              <tr>
                <th scope="col">Signing certificate</th>
                <th scope="col" style={{ width: 190 }}>
                  Ends
                </th>
              </tr>
            </thead>
            <tbody>
              {metadata.keys.map((key) => (
                <tr key={key.sha256}>
                  <td>
                    {key.subject.replace(/^CN=/, "")}
                    <code className="xs faint saml-print" title={`SHA-256 ${key.sha256}`}>
                      {key.sha256.slice(0, 16)}…
                    </code>
                  </td>
                  <td>
                    <Ends certificate={key} now={now} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      {canWrite && source === "fetched" && <FetchButton />}
    </div>
  );
}

/** An ended certificate still verifies, because the metadata names it; the identity provider may stop using it any day. */
function Ends({ certificate, now }: { certificate: SigningKey; now: Date }) {
  const leftMs = Date.parse(certificate.notAfter) - now.getTime();
  const day = certificate.notAfter.slice(0, 10);
  if (leftMs <= 0) return <span className="held">{day}, has ended</span>;
  if (leftMs < 30 * dayMs) return <span className="unsure">{`${day}, ${Math.ceil(leftMs / dayMs)} days left`}</span>;
  return <span className="muted">{day}</span>;
}

import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { InvalidInputError, TooManyRequestsError, UpstreamError } from "../../errors";
import { findIdpMetadata } from "./find-idp-metadata";
import { getSamlSettingsRow } from "./saml-queries";

/**
 * Fetches the metadata again, at an admin's wish; at most once a minute. Needs `security_settings:write`.
 * @throws InvalidInputError `metadata_address_missing`; UpstreamError `metadata_unreachable`, while the last good copy stays in use; TooManyRequestsError
 * `metadata_just_fetched`; ForbiddenError
 */
export async function refreshSamlMetadata(ctx: Context): Promise<void> {
  authorize(ctx, "security_settings:write");
  const { metadataUrl, fetchedAt: before } = await getSamlSettingsRow(ctx.db);
  if (!metadataUrl) {
    throw new InvalidInputError("metadata_address_missing", "No metadata address is saved. Give one and save it first.");
  }
  await findIdpMetadata(ctx, { refresh: true });
  const { fetchedAt, fetchFailedAt, fetchProblem } = await getSamlSettingsRow(ctx.db);
  if (fetchFailedAt) throw new UpstreamError("metadata_unreachable", fetchProblem);
  if (fetchedAt?.getTime() === before?.getTime()) {
    throw new TooManyRequestsError("metadata_just_fetched", "It was fetched less than a minute ago. Wait a minute, then fetch it again.", 60);
  }
}

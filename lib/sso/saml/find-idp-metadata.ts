import type { Context } from "../../context";
import { FlotillaError, UpstreamError } from "../../errors";
import { fetchMetadata } from "./fetch-metadata";
import type { IdpMetadata } from "./metadata";
import { parseMetadata } from "./parse-metadata";
import { getSamlSettingsRow, updateFetched, type StoredSamlSettings } from "./saml-queries";

const freshMs = 60 * 60_000;
const retryMs = 60_000;
const shared = globalThis as unknown as { flotillaMetadataFetch?: Map<string, Promise<void>> };

/**
 * The identity provider's metadata: fetched when an address is set and the copy is older than an hour, else the copy, else what was pasted. A fetch
 * that fails leaves the last good copy in use and is told in the settings. Fetches at most once a minute, whoever asks.
 * @param refresh fetch now, because an answer is signed with a key that the copy doesn't have
 * @throws UpstreamError `metadata_missing` when there is no copy at all
 */
export async function findIdpMetadata(ctx: Context, { refresh = false } = {}): Promise<IdpMetadata> {
  let settings = await getSamlSettingsRow(ctx.db);
  if (settings.metadataUrl && mayFetch(settings, ctx.now(), refresh)) {
    await fetchOnceForAll(ctx, settings);
    settings = await getSamlSettingsRow(ctx.db);
  }
  const text = (settings.metadataUrl && settings.fetchedMetadata) || settings.metadata;
  if (text) return parseMetadata(text);
  throw new UpstreamError("metadata_missing", `There is no metadata of the identity provider yet. ${settings.fetchProblem}`.trim());
}

function mayFetch({ fetchedAt, fetchFailedAt }: StoredSamlSettings, now: Date, refresh: boolean): boolean {
  const since = (time: Date | null) => (time ? now.getTime() - time.getTime() : Number.POSITIVE_INFINITY);
  return since(fetchedAt) >= (refresh ? retryMs : freshMs) && since(fetchFailedAt) >= retryMs;
}

/** Many sign-ins at once wait for one fetch. */
async function fetchOnceForAll(ctx: Context, settings: StoredSamlSettings): Promise<void> {
  shared.flotillaMetadataFetch ??= new Map();
  const underWay = shared.flotillaMetadataFetch;
  const key = `${process.env.DATABASE_URL ?? ""} ${settings.metadataUrl}`;
  const fetching = underWay.get(key) ?? fetchAndStore(ctx, settings).finally(() => underWay.delete(key));
  underWay.set(key, fetching);
  await fetching;
}

async function fetchAndStore(ctx: Context, { metadataUrl, fetchedEtag, fetchedMetadata }: StoredSamlSettings): Promise<void> {
  try {
    const { text, etag } = await fetchMetadata(metadataUrl, fetchedMetadata ? fetchedEtag : "");
    if (text !== null) parseMetadata(text);
    await updateFetched(ctx.db, metadataUrl, {
      ...(text !== null && { fetchedMetadata: text, fetchedEtag: etag }),
      fetchedAt: ctx.now(),
      fetchFailedAt: null,
      fetchProblem: "",
    });
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    ctx.log.warn(
      { "saml.code": error.code, "saml.problem": error.message },
      "the identity provider's metadata couldn't be fetched; the last good copy stays in use",
    );
    await updateFetched(ctx.db, metadataUrl, { fetchFailedAt: ctx.now(), fetchProblem: error.message.slice(0, 500) });
  }
}

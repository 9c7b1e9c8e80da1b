import { findAsset } from "@/app/(public)/_parts/assets";

/** The style, script and fonts of the public pages. Their addresses carry a hash of their content. */
export async function GET(_request: Request, route: { params: Promise<{ file: string }> }): Promise<Response> {
  const asset = await findAsset((await route.params).file);
  if (!asset) return new Response("Nothing stands at this address.\n", { status: 404, headers: { "content-type": "text/plain" } });
  return new Response(new Uint8Array(asset.body), {
    headers: { "content-type": asset.type, "cache-control": "public, max-age=31536000, immutable", "cross-origin-resource-policy": "same-origin" },
  });
}

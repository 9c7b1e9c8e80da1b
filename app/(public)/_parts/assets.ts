import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const fonts = "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files";

// Addresses of files are made here alone, so that nothing but these can be asked for.
const sources: Record<string, { type: string; read: () => Promise<Buffer> }> = {
  "public.css": { type: "text/css; charset=utf-8", read: publicStyles },
  "public.js": { type: "text/javascript; charset=utf-8", read: () => fromRoot("app/(public)/_parts/public.js.txt") },
  "sans.woff2": { type: "font/woff2", read: () => fromRoot(`${fonts}/atkinson-hyperlegible-next-latin-wght-normal.woff2`) },
  "sans-ext.woff2": { type: "font/woff2", read: () => fromRoot(`${fonts}/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2`) },
};

/** A file that the public pages use. */
export interface Asset {
  type: string;
  body: Buffer;
  version: string;
}

/** The names of the public pages' files. */
export type AssetName = "public.css" | "public.js" | "sans.woff2" | "sans-ext.woff2";

const kept = new Map<string, Promise<Asset>>();

/** A file of the public pages, read once; undefined for any other name. */
export function findAsset(name: string): Promise<Asset> | undefined {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (!source) return undefined;
  let asset = process.env.NODE_ENV === "production" ? kept.get(name) : undefined;
  if (!asset) {
    asset = source.read().then((body) => ({ type: source.type, body, version: createHash("sha256").update(body).digest("hex").slice(0, 12) }));
    kept.set(name, asset);
    asset.catch(() => kept.delete(name));
  }
  return asset;
}

/** The address of a file, with its content's hash, so that browsers may keep it for ever. */
export async function assetAddress(name: AssetName): Promise<string> {
  return `/assets/${name}?v=${(await findAsset(name))?.version}`;
}

function fromRoot(path: string): Promise<Buffer> {
  return readFile(join(process.cwd(), path));
}

// The colours are written once, in globals.css; the public pages take them from there and leave the admin's parts behind.
async function publicStyles(): Promise<Buffer> {
  const [globals, own] = await Promise.all([fromRoot("app/globals.css"), fromRoot("app/(public)/_parts/public.css")]);
  const text = globals.toString("utf8");
  const tokens = text.slice(text.indexOf(":root {"), text.indexOf("@theme inline"));
  return Buffer.from(`${tokens}\n${own.toString("utf8")}`);
}

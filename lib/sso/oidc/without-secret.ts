import type { Directory } from "./directory";
import type { DirectoryRow } from "./directory-queries";

/** A directory as it may leave the module. */
export function withoutSecret({ secretCiphertext: _kept, ...directory }: DirectoryRow): Directory {
  return directory;
}

/**
 * The nonce of this page, for a style sheet that a script writes; empty where the page came without one. The layout's first script keeps it under
 * the name that the dialogs' scroll lock reads too.
 */
export function pageNonce(): string {
  return (globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ ?? "";
}

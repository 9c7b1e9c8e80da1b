import { themeScript } from "./theme";

/**
 * The one script that stands in a page itself, before all others. Keeps the page's nonce where makers of style sheets look for it; tells zod not to try
 * whether it may make code out of text, which the page's policy forbids and would report; sets the theme.
 */
export const firstScript = `__webpack_nonce__=document.currentScript.nonce;__zod_globalConfig={jitless:true};${themeScript}`;

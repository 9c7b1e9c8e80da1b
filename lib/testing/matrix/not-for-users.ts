import type { NotForUsers } from "./compare-surface";

const agents = "agents carry keys of their own, which the agents' tests hold to account";
const lockedOut = "for a person who can't sign in: shows nothing but the computer that the link's own token names";

/** What answers the network without an entry in the access table, and why. Whoever adds something here says who may call it, and what keeps others out. */
export const notForUsers: NotForUsers = {
  ...Object.fromEntries(
    ["/api/osquery/*", "/api/fleet/orbit/*", "/api/fleet/device/*", "device/*"].flatMap((path) =>
      ["GET", "HEAD", "POST", "PUT"].map((method) => [`${method} ${path}`, agents]),
    ),
  ),
  "GET /device": lockedOut,
  "GET /device/:token": lockedOut,
  "GET /device/:token/progress": lockedOut,
  "GET /device/:token/self-service": lockedOut,
  "POST /device/:token/check": "asks the computer of the link's own token again, at most as often as its limit says",
  "GET /microsoft-compliance-partner/enroll": "words for everybody",
  "GET /microsoft-compliance-partner/remediate": "words for everybody",
  "GET /assets/:file": "the style, script and fonts of the public pages",
  "GET /api/auth/*": "next-auth's own endpoints; a session comes from an identity provider's answer alone",
  "GET /api/entra/consent": "Microsoft's way back: takes the session's cookie and a state that this browser was given, and asks for connection:write itself",
  "GET /sign-in/saml": "leads to the identity provider; the answer is bound to this browser",
  "GET /sign-in/sso/:slug": "leads to Microsoft; state, nonce and verifier bind the answer to this browser",
  "(admin).signOut": "ends the session that the browser carries, whoever's it is",
  "GET /login": "leads to the sign-in page",
  "forgot-password.askForLink": "sends a link by mail, and tells nobody whether somebody has the address",
  "reset-password.setNewPassword": "asks for the token of a link",
  "accept-invite.accept": "asks for the token of an invite",
  "sign-in.signIn": "how a session begins",
  "setup.finishFirstRun": "asks for the setup token that the server printed, and stands there only until the first run is done",
};

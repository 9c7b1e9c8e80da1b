import { bentBefore, doing, encode, replaced, replaying, saying, signed, type HostileCase } from "./hostile-case";
import { signAnswer, writeAnswer } from "./saml-answer";

const second = 1000;
const minute = 60 * second;
const skew = 180 * second;
const elsewhere = "https://other.example/api/v1/fleet/sso/callback";
const claim = "http://schemas.microsoft.com/identity/claims";

/** Honestly signed answers that aren't meant for this server, this browser or this moment. */
export const contentCases: HostileCase[] = [
  saying("a status of failure", "saml_status", { status: "urn:oasis:names:tc:SAML:2.0:status:Requester" }),
  bentBefore("no status", "saml_status", (xml) => xml.replace(/<samlp:Status>.*<\/samlp:Status>/, "")),
  bentBefore("a status within success", "saml_status", (xml) =>
    replaced(
      xml,
      /(<samlp:StatusCode [^>]*)\/>/,
      '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode>',
    ),
  ),
  doing("Entra's own failure, unsigned and without an Assertion", "saml_status", async (scene) => {
    const begun = await scene.begin();
    const xml = writeAnswer(scene.plan(begun, { status: "urn:oasis:names:tc:SAML:2.0:status:Responder" }));
    return scene.post(encode(xml.replace(/<Assertion .*<\/Assertion>/, "")), begun.cookie);
  }),
  saying("another issuer", "saml_issuer", { issuer: "https://sts.windows.net/11111111-2222-4333-8444-555555555555/" }),
  bentBefore("another issuer of the Response", "saml_issuer", (xml) => replaced(xml, /\/<\/Issuer>/, "/x</Issuer>")),
  bentBefore("another issuer of the Assertion", "saml_issuer", (xml) =>
    replaced(xml, /(<Assertion [^]*?)\/<\/Issuer>/, `${/<Assertion [^>]*>/.exec(xml)?.[0]}<Issuer>https://evil.example</Issuer>`),
  ),
  bentBefore(
    "an Assertion without an issuer",
    "saml_issuer",
    (xml, scene) => replaced(xml, `<Issuer>https://sts.windows.net/${scene.tenantId}/</Issuer><Subject>`, "<Subject>"),
    {
      target: "Response",
    },
  ),
  saying("another destination", "saml_destination", { destination: elsewhere }),
  doing("a signed Response without a destination", "saml_destination", async (scene) => {
    const begun = await scene.begin();
    return scene.post(encode(signed(scene, begun, "Response", { destination: null })), begun.cookie);
  }),
  saying("another recipient", "saml_recipient", { recipient: elsewhere }),
  bentBefore("no recipient", "saml_recipient", (xml) => replaced(xml, / Recipient="[^"]+"/, "")),
  saying("another audience", "saml_audience", { audience: "https://other.example" }),
  saying("an audience that begins as ours does", "saml_audience", { audience: "fleet.evil" }),
  bentBefore("no audience", "saml_audience", (xml) => replaced(xml, /<AudienceRestriction>.*<\/AudienceRestriction>/, "")),
  bentBefore("two audience restrictions of which one is another's", "saml_audience", (xml) =>
    replaced(xml, "</Conditions>", "<AudienceRestriction><Audience>other</Audience></AudienceRestriction></Conditions>"),
  ),
  bentBefore("no conditions", "saml_conditions", (xml) => replaced(xml, /<Conditions .*<\/Conditions>/, "")),
  bentBefore("two conditions", "saml_conditions", (xml) => replaced(xml, "<Conditions ", `${/<Conditions .*<\/Conditions>/.exec(xml)?.[0]}<Conditions `)),
  bentBefore("an unknown condition", "saml_conditions", (xml) => replaced(xml, "</Conditions>", "<Condition/></Conditions>")),
  bentBefore("no end of validity", "saml_conditions", (xml) =>
    replaced(xml, /(<Conditions [^>]*) NotOnOrAfter="[^"]+"/, `${/<Conditions [^ ]+/.exec(xml)?.[0]}`),
  ),
  saying("valid a second after the skew", "saml_not_yet_valid", { notBeforeMs: skew + second }),
  saying("expired the skew ago", "saml_expired", { notOnOrAfterMs: -skew }),
  saying("handed in the skew too late", "saml_confirmation_time", { confirmUntilMs: -skew }),
  bentBefore("no time to hand it in by", "saml_confirmation_time", (xml) =>
    replaced(xml, /(<SubjectConfirmationData[^>]*) NotOnOrAfter="[^"]+"/, `${/<SubjectConfirmationData(?: InResponseTo="[^"]+")?/.exec(xml)?.[0]}`),
  ),
  saying("issued in the future", "saml_not_yet_valid", { issuedMs: skew + second }),
  saying("issued 94 minutes ago", "saml_too_old", { issuedMs: -94 * minute, notBeforeMs: -94 * minute }),
  bentBefore("a time without its zone", "saml_time_format", (xml) => replaced(xml, /(NotBefore="[^"]+)Z"/, `NotBefore="2026-03-02T09:00:00"`)),
  bentBefore("a time that isn't one", "saml_time_format", (xml) => replaced(xml, /NotBefore="[^"]+"/, `NotBefore="2026-13-45T99:00:00Z"`)),
  saying("another method of confirmation", "saml_confirmation_method", { method: "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches" }),
  bentBefore("two confirmations", "saml_confirmation_method", (xml) =>
    replaced(xml, "</Subject>", `${/<SubjectConfirmation .*<\/SubjectConfirmation>/.exec(xml)?.[0]}</Subject>`),
  ),
  bentBefore("no confirmation", "saml_confirmation_method", (xml) => replaced(xml, /<SubjectConfirmation .*<\/SubjectConfirmation>/, "")),
  bentBefore("a confirmation without data", "saml_confirmation_data", (xml) => replaced(xml, /<SubjectConfirmationData[^>]*\/>/, "")),
  bentBefore("no subject", "saml_subject", (xml) => replaced(xml, /<Subject>.*<\/Subject>/, "")),
  saying("nobody signed in", "saml_no_authn_statement", { authnStatement: false }),
  saying("a session that is over", "saml_session_ended", { sessionUntilMs: -skew }),
  saying("an empty NameID", "saml_name_id", { nameId: "" }),
  saying("a NameID that isn't a mail address", "saml_name_id", { nameId: "mara" }),
  saying("a NameID of two addresses", "saml_name_id", { nameId: "mara@aldergate.example,admin@aldergate.example" }),
  saying("a NameID with a line in it", "saml_name_id", { nameId: "mara@aldergate.example\nadmin@aldergate.example" }),
  saying("a NameID with an element in it", "saml_name_id", { nameId: "mara@aldergate.example<b/>.evil" }),
  bentBefore("two NameIDs", "saml_name_id", (xml) => replaced(xml, "<NameID ", `${/<NameID .*<\/NameID>/.exec(xml)?.[0]}<NameID `)),
  bentBefore("an attribute without a name", "saml_attribute", (xml) =>
    replaced(xml, "<AttributeStatement>", "<AttributeStatement><Attribute><AttributeValue>x</AttributeValue></Attribute>"),
  ),
  bentBefore("an object id that is an element", "saml_attribute", (xml) =>
    replaced(
      xml,
      "</AttributeStatement>",
      `<Attribute Name="${claim}/objectidentifier"><AttributeValue><b>0a0a0a0a-0000-4000-8000-000000000001</b></AttributeValue></Attribute></AttributeStatement>`,
    ),
  ),
  saying("two object ids", "saml_attribute", {
    attributes: { [`${claim}/objectidentifier`]: ["0a0a0a0a-0000-4000-8000-000000000001", "0a0a0a0a-0000-4000-8000-000000000002"] },
  }),
  saying("an object id that isn't one", "saml_attribute", { objectId: "../../admin" }),
  saying("another tenant's person", "saml_tenant", {
    objectId: "0a0a0a0a-0000-4000-8000-000000000001",
    attributes: { [`${claim}/tenantid`]: "11111111-2222-4333-8444-555555555555" },
  }),
];

/** Honest answers brought by the wrong browser, at the wrong time or twice, and those for requests that were never made. */
export const sessionCases: HostileCase[] = [
  saying("another request's answer", "saml_in_response_to", { inResponseTo: "_0123456789abcdef0123456789abcdef01234567" }),
  saying("another request named on the outside", "saml_in_response_to", (_, begun) => ({ inResponseTo: "_other", confirmedRequest: begun.requestId })),
  saying("another request named on the inside", "saml_in_response_to", { confirmedRequest: "_other" }),
  saying("the request named on the unsigned outside alone", "saml_in_response_to_missing", { confirmedRequest: null }),
  saying("no request named", "saml_in_response_to_missing", { inResponseTo: undefined }),
  doing("no cookie", "saml_no_session", async (scene) => scene.post(encode(signed(scene, await scene.begin())))),
  doing("another browser's cookie", "saml_in_response_to", async (scene) => {
    const [mine, theirs] = [await scene.begin(), await scene.begin()];
    return scene.post(encode(signed(scene, mine)), theirs.cookie);
  }),
  doing("a made-up cookie", "saml_no_session", async (scene) =>
    scene.post(encode(signed(scene, await scene.begin())), "__Host-FLEETSSOSESSIONID=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
  ),
  doing("the right token in a cookie that other pages of the domain can set", "saml_no_session", async (scene) => {
    const begun = await scene.begin();
    return scene.post(encode(signed(scene, begun)), begun.cookie.replace("__Host-", ""));
  }),
  doing("a sign-in of more than five minutes", "saml_no_session", async (scene) => {
    const begun = await scene.begin();
    scene.clock.advance(300 * second);
    return scene.post(encode(signed(scene, begun)), begun.cookie);
  }),
  replaying("the same answer a second time, with its cookie", "saml_no_session", false, (scene, answer, cookie) => scene.post(answer, cookie)),
  replaying("the same answer a second time, without a cookie", "saml_no_session", false, (scene, answer) => scene.post(answer)),
  replaying("the same answer a second time, with the cookie of a new sign-in", "saml_in_response_to", false, async (scene, answer) =>
    scene.post(answer, (await scene.begin()).cookie),
  ),
  replaying("an answer that nobody asked for, a second time", "saml_replayed", true, (scene, answer) => scene.post(answer)),
  replaying("an answer that nobody asked for, a second time, with the cookie of a new sign-in", "saml_replayed", true, async (scene, answer) =>
    scene.post(answer, (await scene.begin()).cookie),
  ),
  replaying("an answer that nobody asked for, an hour later", "saml_confirmation_time", true, (scene, answer) => {
    scene.clock.advance(60 * minute);
    return scene.post(answer);
  }),
  doing("an honest answer after a refused one used the sign-in up", "saml_no_session", async (scene) => {
    const begun = await scene.begin();
    await scene.post("AAAA", begun.cookie);
    return scene.post(encode(signed(scene, begun)), begun.cookie);
  }),
  doing("an answer that nobody asked for, while that isn't allowed", "saml_idp_initiated", async (scene) => scene.post(scene.answer(scene.plan(null)))),
  doing("an answer to somebody else's request, while unasked ones are allowed", "saml_no_session", async (scene) => {
    const begun = await scene.begin();
    await scene.set({ idpInitiated: true });
    return scene.post(encode(signed(scene, begun)));
  }),
  doing("an answer whose outside alone hides that it was asked for", "saml_no_session", async (scene) => {
    const begun = await scene.begin();
    await scene.set({ idpInitiated: true });
    const xml = replaced(writeAnswer(scene.plan(begun)), / InResponseTo="[^"]+"/, "");
    return scene.post(encode(signAnswer(xml, { key: scene.key, target: "Assertion" })));
  }),
];

/** Believed answers that still let nobody in. */
export const admissionCases: HostileCase[] = [
  // Small letters of it all would make the first letter, the sign of the Kelvin, into a k.
  saying("a letter that only looks like one of an address", "email_missing", { email: "\u212Aim@aldergate.example" }),
  saying("an unknown role", "role_attribute_unknown", { attributes: { FLEET_JIT_USER_ROLE_GLOBAL: "root" } }),
  bentBefore("a role that is an element", "role_attribute_empty", (xml) =>
    replaced(
      xml,
      "</AttributeStatement>",
      `<Attribute Name="FLEET_JIT_USER_ROLE_GLOBAL"><AttributeValue><b>admin</b></AttributeValue></Attribute></AttributeStatement>`,
    ),
  ),
  saying("an empty role", "role_attribute_empty", { attributes: { FLEET_JIT_USER_ROLE_GLOBAL: "" } }),
  saying("the role of programs", "role_attribute_gitops", { attributes: { FLEET_JIT_USER_ROLE_GLOBAL: "gitops" } }),
  saying("a role on a team that doesn't exist", "role_team_unknown", { attributes: { FLEET_JIT_USER_ROLE_TEAM_999: "admin" } }),
  doing(
    "somebody unknown, while people aren't added",
    "user_unknown",
    async (scene) => {
      await scene.set({ jitProvisioning: false });
      const begun = await scene.begin();
      return scene.post(encode(signed(scene, begun, "Assertion", { email: "stranger@aldergate.example" })), begun.cookie);
    },
    "account_invalid",
  ),
  doing(
    "an answer after SAML was switched off",
    "sso_off",
    async (scene) => {
      const begun = await scene.begin();
      await scene.set({ enabled: false });
      return scene.post(encode(signed(scene, begun)), begun.cookie);
    },
    "org_disabled",
  ),
];

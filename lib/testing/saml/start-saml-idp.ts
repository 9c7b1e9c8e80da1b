import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inflateRawSync } from "node:zlib";
import { makeAnswer, xmlText, type AnswerPlan, type Signs } from "./saml-answer";
import { writeFederationMetadata } from "./saml-metadata";
import { makeSamlKey, type SamlSigningKey } from "./saml-signing-key";

/** Somebody who can sign in at the test's identity provider. `attributes` go into their answers as they are. */
export interface SamlAccount {
  email: string;
  name: string;
  objectId: string;
  attributes?: Record<string, string | string[]>;
}

/** How the identity provider is set up. `acsUrl` and `audience`: the app that it knows, for sign-ins that begin at the provider. */
export interface SamlIdpOptions {
  acsUrl: string;
  audience: string;
  accounts: SamlAccount[];
  tenantId?: string;
  port?: number;
}

/** An identity provider that speaks HTTP as Entra does, with accounts in place of passwords. */
export interface SamlIdp {
  /** Where its pages are, without a slash at the end. */
  url: string;
  metadataUrl: string;
  tenantId: string;
  accounts: SamlAccount[];
  /** How its answers are signed from now on. */
  signs: Signs;
  /** What is bent in its answers from now on. */
  bend: Partial<AnswerPlan>;
  /** Signs with a new key from now on. `announced`: whether the metadata has it; the old one leaves the metadata when `keepOld` is false. */
  rollKey(options?: { announced?: boolean; keepOld?: boolean }): void;
  /** How often the metadata was asked for. */
  metadataRequests: number;
  /** The answer that this account's browser would post, for a request's address or, with null, unasked. */
  answerFor(email: string, requestUrl: string | null): string;
  stop(): Promise<void>;
}

/**
 * Starts the identity provider on 127.0.0.1. GET /metadata: federation metadata; GET /saml2?SAMLRequest=…: a page with a button per account, which posts the
 * answer to the app; GET /start: the same without a request.
 */
export async function startSamlIdp(options: SamlIdpOptions): Promise<SamlIdp> {
  const tenantId = options.tenantId ?? "3c0c6ad2-8e6f-4a6c-9f0a-4f6e6a3b1d20";
  let key = makeSamlKey();
  let published: SamlSigningKey[] = [key];
  const server = createServer((request, response) => {
    try {
      respond(request, response);
    } catch (error) {
      page(response, 400, `<h1>Sign-in failed</h1><p>${xmlText(String(error))}</p>`);
    }
  });
  await new Promise<void>((listening) => server.listen(options.port ?? 0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const idp: SamlIdp = {
    url,
    metadataUrl: `${url}/metadata`,
    tenantId,
    accounts: options.accounts,
    signs: "assertion",
    bend: {},
    metadataRequests: 0,
    rollKey({ announced = true, keepOld = true } = {}) {
      key = makeSamlKey();
      published = [...(keepOld ? published : []), ...(announced ? [key] : [])];
    },
    answerFor(email, requestUrl) {
      return answerTo(email, requestUrl === null ? null : readRequest(new URL(requestUrl).searchParams.get("SAMLRequest") ?? "")).answer;
    },
    stop: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return idp;

  function respond(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    if (pathname === "/metadata") {
      idp.metadataRequests += 1;
      response
        .writeHead(200, { "content-type": "application/samlmetadata+xml" })
        .end(writeFederationMetadata({ tenantId, signInUrl: `${url}/saml2`, keys: published }));
      return;
    }
    if (pathname !== "/saml2" && pathname !== "/start") return page(response, 404, "<h1>Nothing here</h1>");
    const asked = searchParams.get("SAMLRequest");
    if (pathname === "/saml2" && !asked) throw new Error("AADSTS750054: SAMLRequest or SAMLResponse must be present as query string parameters.");
    const email = searchParams.get("account");
    if (email) return postOn(response, answerTo(email, asked ? readRequest(asked) : null));
    const hidden = asked ? `<input type="hidden" name="SAMLRequest" value="${xmlText(asked)}">` : "";
    const buttons = idp.accounts.map((account) => `<p><button name="account" value="${xmlText(account.email)}">${xmlText(account.name)}</button></p>`);
    page(response, 200, `<h1>Pick an account</h1><form method="get" action="${pathname}">${hidden}${buttons.join("")}</form>`);
  }

  /** Holds a request to what Entra demands of one. */
  function readRequest(encoded: string): { id: string; acsUrl: string } {
    const xml = inflateRawSync(Buffer.from(encoded, "base64")).toString("utf8");
    const id = /\sID="([^"]+)"/.exec(xml)?.[1] ?? "";
    const acsUrl = /AssertionConsumerServiceURL="([^"]+)"/.exec(xml)?.[1] ?? options.acsUrl;
    const issuer = /<saml:Issuer[^>]*>([^<]*)</.exec(xml)?.[1];
    if (!id || /^\d/.test(id)) throw new Error("AADSTS7500529: The value of the ID is not a valid SAML ID.");
    if (issuer !== options.audience) throw new Error(`AADSTS700016: Application with identifier '${issuer}' was not found in the directory.`);
    if (acsUrl !== options.acsUrl) throw new Error(`AADSTS50011: The reply URL '${acsUrl}' specified in the request does not match the reply URLs configured.`);
    return { id, acsUrl };
  }

  function answerTo(email: string, asked: { id: string; acsUrl: string } | null): { answer: string; acsUrl: string } {
    const account = idp.accounts.find((known) => known.email === email);
    if (!account) throw new Error("AADSTS50105: The signed in user is not assigned to a role for the application.");
    const acsUrl = asked?.acsUrl ?? options.acsUrl;
    const plan: AnswerPlan = { tenantId, acsUrl, audience: options.audience, now: new Date(), ...account, inResponseTo: asked?.id, ...idp.bend };
    return { answer: makeAnswer(plan, key, idp.signs), acsUrl };
  }

  function postOn(response: ServerResponse, { answer, acsUrl }: { answer: string; acsUrl: string }): void {
    page(
      response,
      200,
      `<form method="post" action="${xmlText(acsUrl)}"><input type="hidden" name="SAMLResponse" value="${answer}"><button>Continue</button></form><script>document.forms[0].submit()</script>`,
    );
  }
}

function page(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { "content-type": "text/html; charset=utf-8" })
    .end(`<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Sign in</title>${body}</html>`);
}

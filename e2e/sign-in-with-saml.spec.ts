import type { Page } from "@playwright/test";
import { startSamlIdp, type SamlIdp } from "@/lib/testing/saml/start-saml-idp";
import { asNobody, expect, test as base } from "./fixtures";
import { expectRefusalInActivity, newVisitor, referenceOn } from "./visitor";

/** With an identity provider that knows the stack's reply URL, as an enterprise application does. */
const test = base.extend<object, { idp: SamlIdp }>({
  idp: [
    async ({ stack }, use) => {
      const idp = await startSamlIdp({
        acsUrl: `${stack.server.origin}/api/v1/fleet/sso/callback`,
        audience: "fleet",
        accounts: [
          { email: "ines.marques@aldergate.example", name: "Ines Marques", objectId: "5e1c0f8e-3a1c-4a8e-9a51-0d7e6f1b2c01" },
          {
            email: "mara.lindqvist@aldergate.example",
            name: "Mara Lindqvist",
            objectId: "5e1c0f8e-3a1c-4a8e-9a51-0d7e6f1b2c02",
            attributes: { FLEET_JIT_USER_ROLE_GLOBAL: "maintainer" },
          },
          {
            email: "owen.price@aldergate.example",
            name: "Owen Price",
            objectId: "5e1c0f8e-3a1c-4a8e-9a51-0d7e6f1b2c03",
            attributes: { FLEET_JIT_USER_ROLE_GLOBAL: "gitops" },
          },
        ],
      });
      await use(idp);
      await idp.stop();
    },
    { scope: "worker" },
  ],
});

// The identity provider runs on this computer, which metadata is fetched from only where the operator allows it.
test.use({ scene: { name: "sign-in-with-saml", environment: { SSO_METADATA_PRIVATE: "1" } } });
test.describe.configure({ mode: "serial" });

const settings = "/settings/integrations/single-sign-on";
const section = (page: Page) => page.getByRole("region", { name: "SAML", exact: true });

const certificates = (page: Page) =>
  section(page)
    .getByRole("table", { name: /Certificates/ })
    .locator("tbody tr");

/** Leads from the sign-in page to the identity provider, and back as that person. */
async function signInAs(page: Page, name: string, from = "/sign-in"): Promise<void> {
  await page.goto(from);
  await page.getByRole("link", { name: "Sign in with Entra ID" }).click();
  await page.getByRole("button", { name }).click();
}

async function switchTo(page: Page, label: string, on: boolean): Promise<void> {
  await page.goto(settings);
  await section(page).getByLabel(label).setChecked(on);
  await section(page).getByRole("button", { name: "Save" }).click();
  await expect(section(page).getByText(/^Saved/)).toBeVisible();
}

test("an admin sets SAML up as in Entra’s own words: name, entity id, metadata URL", async ({ page, idp, browser, baseURL }) => {
  await page.goto("/settings/integrations");
  await page
    .locator("#main")
    .getByRole("link", { name: /single sign-on/i })
    .first()
    .click();
  await expect(page).toHaveURL(new RegExp(`${settings}$`));
  await section(page).getByText("Set up SAML").click();
  await expect(section(page).getByText(`${baseURL}/api/v1/fleet/sso/callback`)).toBeVisible();
  await section(page).getByLabel("Let people sign in with SAML").check();
  await section(page).getByLabel("Identity provider’s name").fill("Entra ID");
  await section(page).getByLabel("Entity ID").fill("fleet");
  await section(page).getByLabel("Metadata URL").fill(`${idp.url}/nothing-here`);
  await section(page).getByRole("button", { name: "Save" }).click();
  await expect(section(page).getByText(/answers 404/)).toBeVisible();
  await expect(section(page).getByLabel("Entity ID"), "what was typed stays").toHaveValue("fleet");
  await section(page).getByLabel("Metadata URL").fill(idp.metadataUrl);
  await section(page).getByRole("button", { name: "Save" }).click();
  await expect(section(page).getByText("On. People sign in with Entra ID.")).toBeVisible();
  await expect(section(page).getByText(`https://sts.windows.net/${idp.tenantId}/`)).toBeVisible();
  await expect(certificates(page)).toHaveCount(1);
  await section(page).getByRole("button", { name: "Fetch again" }).click();
  await expect(section(page).getByText("It was fetched less than a minute ago.")).toBeVisible();
  await asNobody(browser, baseURL, async (visitor) => {
    await visitor.goto("/sign-in");
    await expect(visitor.getByRole("link", { name: "Sign in with Entra ID" })).toBeVisible();
    const answer = await visitor.request.get("/api/v1/fleet/sso");
    expect(await answer.json()).toEqual({ settings: { idp_name: "Entra ID", idp_image_url: "", sso_enabled: true } });
  });
});

test("an SSO user whom an admin added signs in, and a stranger learns that they have no account", async ({ page, browser, baseURL }) => {
  await page.goto("/users/new?kind=sso");
  await page.getByLabel("Name", { exact: true }).fill("Ines Marques");
  await page.getByRole("textbox", { name: "Mail address" }).fill("ines.marques@aldergate.example");
  await page.getByRole("button", { name: "Add user" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ines Marques");
  const { page: visitor, context } = await newVisitor(browser, baseURL);
  await signInAs(visitor, "Ines Marques", "/sign-in?next=/policies");
  await expect(visitor).toHaveURL(/\/policies$/);
  const session = (await context.cookies()).find(({ name }) => name === "flotilla_session");
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
  await context.clearCookies();
  await signInAs(visitor, "Mara Lindqvist");
  await expect(visitor).toHaveURL(/\/sign-in\?status=account_invalid&ref=/);
  await expect(visitor.getByText("You have no account here yet.")).toBeVisible();
  await expectRefusalInActivity(page, await referenceOn(visitor), [/mara\.lindqvist@aldergate\.example/]);
  await context.close();
});

test("with provisioning on, the answer’s own role attribute gives the role; one that asks for gitops is refused", async ({ page, browser, baseURL }) => {
  await switchTo(page, "Add people when they first sign in", true);
  const { page: visitor, context } = await newVisitor(browser, baseURL);
  await signInAs(visitor, "Mara Lindqvist");
  await expect(visitor).toHaveURL((url) => url.pathname === "/");
  await visitor.goto("/account");
  await expect(visitor.getByRole("region", { name: "Profile" })).toContainText("Maintainer");
  await expect(visitor.getByRole("region", { name: "Password" })).toContainText("there is no password here");
  await context.clearCookies();
  await signInAs(visitor, "Owen Price");
  await expect(visitor).toHaveURL(/\/sign-in\?status=error&ref=/);
  await expectRefusalInActivity(page, await referenceOn(visitor), [/FLEET_JIT_USER_ROLE_GLOBAL/, /gitops/]);
  await context.close();
});

test("a sign-in that begins at the identity provider is refused while off, and works when an admin allows it", async ({ page, idp, browser, baseURL }) => {
  const { page: visitor, context } = await newVisitor(browser, baseURL);
  const startAtIdp = async () => {
    await visitor.goto(`${idp.url}/start`);
    await visitor.getByRole("button", { name: "Mara Lindqvist" }).click();
  };
  await startAtIdp();
  await expect(visitor).toHaveURL(/\/sign-in\?status=\w+&ref=/);
  await expectRefusalInActivity(page, await referenceOn(visitor), [/identity provider/i]);
  await switchTo(page, "Let people start at the identity provider", true);
  await startAtIdp();
  await expect(visitor).toHaveURL((url) => url.pathname === "/" && url.origin === baseURL);
  await switchTo(page, "Let people start at the identity provider", false);
  await context.clearCookies();
  await startAtIdp();
  await expect(visitor).toHaveURL(/\/sign-in\?status=\w+&ref=/);
  await context.close();
});

test("an answer for another app, one signed by a key that the metadata doesn’t name, and one used twice open nothing", async ({
  page,
  idp,
  browser,
  baseURL,
}) => {
  const { page: visitor, context } = await newVisitor(browser, baseURL);
  const refused = async (words: RegExp) => {
    await expect(visitor).toHaveURL(/\/sign-in\?status=error&ref=/);
    await expect(visitor.getByText("Signing in didn’t work.")).toBeVisible();
    expect((await context.cookies()).map(({ name }) => name)).not.toContain("flotilla_session");
    await expectRefusalInActivity(page, await referenceOn(visitor), [words]);
  };
  idp.bend = { audience: "another-app" };
  await signInAs(visitor, "Mara Lindqvist");
  await refused(/audience/i);
  idp.bend = {};

  // The identity provider changes its key; the metadata names both for a while.
  idp.rollKey({ announced: true });
  await page.goto(settings);
  await section(page).getByLabel("Metadata URL").fill(`${idp.metadataUrl}?appid=0f6a2f34`);
  await section(page).getByRole("button", { name: "Save" }).click();
  await expect(certificates(page)).toHaveCount(2);
  let posted = "";
  visitor.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/sso/callback")) posted = request.postData() ?? "";
  });
  await signInAs(visitor, "Mara Lindqvist");
  await expect(visitor).toHaveURL((url) => url.pathname === "/" && url.origin === baseURL);
  const again = await visitor.request.post("/api/v1/fleet/sso/callback", {
    headers: { "content-type": "application/x-www-form-urlencoded", origin: idp.url },
    data: posted,
    maxRedirects: 0,
  });
  expect(again.status()).toBe(303);
  expect(again.headers().location).toMatch(/^\/sign-in\?status=error/);

  await context.clearCookies();
  idp.rollKey({ announced: false });
  await signInAs(visitor, "Mara Lindqvist");
  await refused(/sign(ature|ed)/i);
  await context.close();
});

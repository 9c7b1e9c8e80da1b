import type { Page } from "@playwright/test";
import type { FaultInput } from "@/lib/simulator/microsoft/faults";
import type { SimulatorSnapshot } from "@/lib/simulator/microsoft/snapshot";
import type { Stack } from "@/lib/simulator/stack/start-stack";
import { acceptConsent, connectAddress, expectConnected, forgetConnection, goToConsent } from "./connect-page";
import { expect, test } from "./fixtures";

test.use({ scene: { name: "connect-entra-errors" } });

let untouched: SimulatorSnapshot;
test.beforeAll(({ stack }) => {
  untouched = stack.microsoft.snapshot();
});

/** The page says what is wrong, why, what to do, and, for support, the code. */
async function expectProblem(page: Page, code: string, title: string | RegExp, text: string | RegExp): Promise<void> {
  const problem = page.getByRole("region", { name: title });
  await expect(problem).toBeVisible({ timeout: 30_000 });
  await expect(problem).toContainText(text);
  expect(await problem.locator("ol.fix > li").count(), "what to do, in order").toBeGreaterThan(0);
  const support = problem.locator("details", { hasText: "Details for Microsoft support" });
  await expect(support.locator("code").first()).toHaveText(code);
}

async function tryAgain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Try this step again" }).click();
}

test.describe("before anything is sent", () => {
  test.beforeEach(({ stack }) => forgetConnection(stack, untouched));

  test("invalid_tenant: a tenant that Microsoft doesn't know is said beside its field, with where to find the id", async ({ page }) => {
    await page.goto(connectAddress);
    const tenant = page.getByLabel("Tenant", { exact: true });
    await tenant.fill("nobody-has-this.example");
    await page.getByRole("button", { name: "Save and go to Microsoft" }).click();
    await expect(tenant).toHaveAccessibleDescription(/doesn't know this tenant.*Entra admin center under Overview.*cloud/);
    await tenant.fill("not a tenant");
    await page.getByRole("button", { name: "Save and go to Microsoft" }).click();
    await expect(tenant).toHaveAccessibleDescription(/Expected a tenant id such as .* or a domain/);
  });

  test("public_url_not_https: a cloud of Microsoft's own needs an address that Microsoft can send people to", async ({ page }) => {
    await page.goto(connectAddress);
    await page.getByLabel("Cloud").selectOption("global");
    await expect(page.getByText("Change the public address in Settings first.")).toBeVisible();
    await page.getByLabel("Cloud").selectOption("custom");
    await expect(page.getByText("Change the public address in Settings first.")).toHaveCount(0);
  });
});

test.describe("on the consent page and on the way back", () => {
  test.beforeEach(({ stack }) => forgetConnection(stack, untouched));

  test("consent_declined: Cancel is no dead end, consent can be given again", async ({ page, stack }) => {
    await goToConsent(page, stack);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expectProblem(page, "consent_declined", "Nobody gave consent", /Global Administrator or Privileged Role Administrator/);
    await page.getByRole("button", { name: "Give consent again" }).click();
    await acceptConsent(page);
    await expectConnected(page, stack);
  });

  test("consent_declined: an error counts even with admin_consent=True", async ({ page, stack }) => {
    stack.microsoft.addFault({ kind: "callback_error_with_consent" });
    await goToConsent(page, stack);
    await acceptConsent(page);
    await expectProblem(page, "consent_declined", "Nobody gave consent", "Nothing changed in the tenant.");
  });

  test("tenant_mismatch: signing in to another directory names both", async ({ page, stack }) => {
    const { happy, "second-tenant": second } = stack.microsoft.tenants;
    await goToConsent(page, stack);
    await page.getByText("Sign in to another directory").click();
    await page.getByRole("link", { name: "Fennel & Sons" }).click();
    await acceptConsent(page);
    await expectProblem(page, "tenant_mismatch", "You signed in to another tenant", second.id);
    await expect(page.getByRole("region", { name: "You signed in to another tenant" })).toContainText(happy.id);
    await page.getByRole("button", { name: "Give consent again" }).click();
    await acceptConsent(page);
    await expectConnected(page, stack);
  });

  test("state_invalid: a made-up, a missing and a used way back are refused, and nothing changes", async ({ page, stack }) => {
    const notice = page.locator("#main").getByText("That way back from Microsoft wasn’t valid.");
    for (const kind of ["callback_state_mismatched", "callback_state_missing"] as const) {
      await forgetConnection(stack, untouched);
      stack.microsoft.addFault({ kind, count: 1 });
      await goToConsent(page, stack);
      await page.getByRole("button", { name: "Accept" }).click();
      if (kind === "callback_state_mismatched") await expect(notice).toBeVisible();
      await expect(page.getByRole("heading", { name: "An admin of the tenant gives consent" })).toBeVisible();
    }
    await page.getByRole("button", { name: "Give consent at Microsoft" }).click();
    const back = page.waitForRequest((request) => request.url().includes("state=") && request.url().includes(connectAddress));
    await acceptConsent(page);
    await expectConnected(page, stack);
    // Followed a second time it is refused too, which is no news to somebody whose tenant is connected.
    await page.goto((await back).url());
    await expect(page).toHaveURL(/\?problem=state_invalid$/);
    await expectConnected(page, stack);
  });

  test("consent_incomplete: the missing permission is named, and another consent heals it", async ({ page, stack }) => {
    stack.microsoft.addFault({ kind: "consent_incomplete", count: 1 });
    await goToConsent(page, stack);
    await acceptConsent(page);
    await expectProblem(page, "consent_incomplete", "One permission is missing", "User.Read.All");
    const missing = page.getByRole("row", { name: /User\.Read\.All/ });
    await expect(missing).toContainText("Missing");
    await page.getByRole("button", { name: "Give consent again" }).click();
    await acceptConsent(page);
    await expectConnected(page, stack);
  });

  for (const [kind, code, title] of [
    ["credential_invalid", "credential_invalid", "Microsoft doesn’t accept the client secret"],
    ["credential_expired", "credential_expired", "The client secret has expired"],
  ] as const) {
    test(`${code}: a new secret is asked for on the page, and heals it`, async ({ page, stack }) => {
      stack.microsoft.addFault({ kind });
      await goToConsent(page, stack);
      await acceptConsent(page);
      await expectProblem(page, code, title, "Certificates & secrets");
      stack.microsoft.clearFaults();
      await page.getByRole("textbox", { name: "Client secret" }).first().fill("simulator-only.h3lm-0f-the-first-boat");
      await page.getByRole("button", { name: "Save and try it" }).click();
      await expectConnected(page, stack);
    });
  }
});

interface Stop {
  code: string;
  title: string | RegExp;
  text: string | RegExp;
  fault?: FaultInput;
  /** What an admin did, or didn't do, in the tenant itself. */
  tenant?: Parameters<Stack["microsoft"]["updateTenant"]>[1];
}

// In the order of the steps: what stopped before is mended, and "Try this step again" leads on to the next.
const stops: Stop[] = [
  { code: "intune_missing", tenant: { hasIntune: false }, title: "This tenant has no Intune", text: /licence/ },
  {
    code: "partner_endpoints_missing",
    fault: { kind: "endpoint_missing" },
    title: "Intune doesn’t list one of its partner services",
    text: "PartnerDeviceDataSyncService",
  },
  {
    code: "partner_endpoint_untrusted",
    fault: { kind: "endpoint_foreign_host" },
    title: "Intune’s list names an address we don’t trust",
    text: "no token was sent",
  },
  { code: "partner_not_approved", fault: { kind: "partner_not_approved" }, title: "Microsoft refused us as a partner", text: "audit only" },
  {
    code: "provision_rejected",
    fault: { kind: "provision_rejected", as: "error_detail", detail: "Not for you." },
    title: "Microsoft didn’t take the tenant on",
    text: "Not for you.",
  },
  {
    code: "microsoft_unavailable",
    fault: { kind: "server_error", surface: "manage", status: 503 },
    title: "Microsoft doesn’t answer",
    text: "We try again by ourselves.",
  },
  {
    code: "partner_not_added",
    tenant: { partnerAdded: false },
    title: "Intune hasn’t added Flotilla as a partner for macOS",
    text: /Tenant administration.*Connectors and tokens.*Partner compliance management/,
  },
  {
    code: "unexpected_partner_response",
    fault: { kind: "policy_invalid_json" },
    title: "Microsoft answered something we can’t read",
    text: "We try again by ourselves.",
  },
];

test.describe("one setup, stopped at each step in turn", () => {
  test.describe.configure({ mode: "serial" });
  test.beforeAll(({ stack }) => forgetConnection(stack, untouched));

  for (const [index, { code, title, text, fault, tenant }] of stops.entries()) {
    test(`${code}: says why, what to do, and goes on after “Try this step again”`, async ({ page, stack }) => {
      mend(stack);
      if (fault) stack.microsoft.addFault(fault);
      if (tenant) stack.microsoft.updateTenant("happy", tenant);
      if (index === 0) {
        await goToConsent(page, stack);
        await acceptConsent(page);
      } else {
        await page.goto(connectAddress);
        await tryAgain(page);
      }
      await expectProblem(page, code, title, text);
    });
  }

  test("group_not_found: the picker finds another group, by the beginning of its name", async ({ page, stack }) => {
    mend(stack);
    stack.microsoft.addFault({ kind: "group_absent" });
    await page.goto(connectAddress);
    await tryAgain(page);
    await expectProblem(page, "group_not_found", "Which people does it cover?", "Device trust users");
    stack.microsoft.clearFaults();
    stack.microsoft.addFault({ kind: "assign_fails" });
    await page.getByLabel("Find a group").fill("All");
    await page.getByRole("radio", { name: "All staff" }).check();
    await page.getByRole("button", { name: "Cover this group" }).click();
    await expect(page.getByRole("region", { name: "The policy couldn’t be given to the group" })).toBeVisible();
  });

  test("assign_failed: it is tried again by itself, and the button doesn't wait for that", async ({ page, stack }) => {
    await page.goto(connectAddress);
    await expectProblem(page, "assign_failed", "The policy couldn’t be given to the group", "We try again by ourselves.");
    await expect(page.getByText(/Tries again by itself/)).toBeVisible();
    stack.microsoft.clearFaults();
    stack.microsoft.addFault({ kind: "partner_terminated", surface: "graph" });
    await tryAgain(page);
    await expectProblem(page, "partner_terminated", "The partnership was ended in Intune", "Partner compliance management");
  });

  test("partner_terminated: once the partner is back in Intune, the tenant is connected", async ({ page, stack }) => {
    mend(stack);
    await page.goto(connectAddress);
    await tryAgain(page);
    await expectConnected(page, stack);
  });

  test("app_not_in_tenant: Test connection finds that an admin took the app away", async ({ page, stack }) => {
    stack.microsoft.addFault({ kind: "consent_revoked" });
    await page.goto(connectAddress);
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(page.getByText("The test found a problem. Nothing was changed.")).toBeVisible();
    await expect(page.getByText("app_not_in_tenant")).toBeVisible();
    stack.microsoft.clearFaults();
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(page.getByText("Everything answers. Nothing was changed.")).toBeVisible();
  });
});

test("throttled: setup goes on by itself at the time that Microsoft named", async ({ page, stack }) => {
  await forgetConnection(stack, untouched);
  stack.microsoft.addFault({ kind: "throttle_seconds", surface: "graph", retryAfterSeconds: 8, count: 1 });
  await goToConsent(page, stack);
  await acceptConsent(page);
  await expectProblem(page, "throttled", "Microsoft asked us to slow down", "We go on at the time it named.");
  await expectConnected(page, stack);
});

test("group_ambiguous: two groups of one name are told apart by their ids", async ({ page, stack }) => {
  await forgetConnection(stack, untouched);
  await goToConsent(page, stack, "second-tenant");
  await acceptConsent(page);
  await expectProblem(page, "group_ambiguous", /^Several groups are named/, "We won’t guess");
  await page.getByLabel("Find a group").fill("Device");
  await expect(page.getByRole("radio", { name: "Device trust users", exact: true })).toHaveCount(2);
  await page.getByRole("radio", { name: "Device trust users", exact: true }).first().check();
  await page.getByRole("button", { name: "Cover this group" }).click();
  await expectConnected(page, stack, "second-tenant");
});

function mend(stack: Stack): void {
  stack.microsoft.clearFaults();
  stack.microsoft.updateTenant("happy", { hasIntune: true, partnerAdded: true });
}

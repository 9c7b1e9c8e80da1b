import { expect, test } from "vitest";
import { localPath } from "./local-path";

test.each([
  ["/hosts?team_id=1#x", "/hosts?team_id=1#x"],
  ["/settings/integrations/conditional-access?state=abc", "/settings/integrations/conditional-access?state=abc"],
  [undefined, "/"],
  [["/a", "/b"], "/"],
  ["https://evil.test/", "/"],
  ["//evil.test/", "/"],
  ["/\\evil.test", "/"],
  ["/\t/evil.test", "/"],
  ["/a/..//evil.test", "/"],
  ["javascript:alert(1)", "/"],
  ["/sign-in?next=/hosts", "/"],
  ["/api/v1/fleet/hosts", "/"],
])("%j leads to %s", (given, path) => {
  expect(localPath(given)).toBe(path);
});

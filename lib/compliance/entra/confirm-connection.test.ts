import { afterAll, beforeAll, expect, test } from "vitest";
import { startEntraScene, type EntraScene } from "@/lib/testing/entra-scene";
import { confirmConnection } from "./confirm-connection";

let scene: EntraScene;
beforeAll(async () => {
  scene = await startEntraScene();
});
afterAll(() => scene.stop());

test("confirm lets a setup that waits go on at once, but not within two seconds of its last try", async () => {
  const stopped = await scene.connect("partner-not-added");
  expect(stopped.errorCode).toBe("partner_not_added");
  const planned = stopped.nextStepAt;
  expect(planned?.getTime()).toBeGreaterThan(scene.clock.now().getTime());

  scene.clock.advance(500);
  await confirmConnection(scene.admin);
  expect((await scene.reload(stopped.id)).nextStepAt).toEqual(planned);

  scene.clock.advance(2000);
  await confirmConnection(scene.admin);
  expect((await scene.reload(stopped.id)).nextStepAt).toBeNull();
});

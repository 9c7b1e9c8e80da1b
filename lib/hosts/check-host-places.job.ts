import { z } from "zod";
import { defineJob } from "@/lib/jobs/define-job";
import { hasSearchIndex, healHostPlaces } from "./host-place-queries";

/** Once a night: mends places and searched texts that differ from their hosts, which is a fault of ours, and says when searches go without their index. */
export const checkHostPlaces = defineJob({
  name: "hosts.check_places",
  payload: z.object({}),
  maxAttempts: 2,
  async run(ctx) {
    const hostIds = await healHostPlaces(ctx.sql);
    if (hostIds.length > 0)
      ctx.log.warn({ "host.ids": hostIds.slice(0, 20), "host.count": hostIds.length }, "places of hosts differed from the hosts and were mended");
    if (!(await hasSearchIndex(ctx.sql))) {
      ctx.log.warn(
        {},
        "searches of hosts read every host: the database lacks pg_trgm. As its owner: CREATE EXTENSION pg_trgm; CREATE INDEX host_texts_trigram_idx ON host_texts USING gin (text gin_trgm_ops);",
      );
    }
  },
});

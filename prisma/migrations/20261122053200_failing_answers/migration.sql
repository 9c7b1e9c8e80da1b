-- What a host fails, read from the index alone: a page of hosts counts it for each of them, and most answers are passes.
CREATE INDEX "policy_results_failing_idx" ON "policy_results"("host_id") INCLUDE ("policy_id", "policy_version") WHERE "outcome" = 'fail';

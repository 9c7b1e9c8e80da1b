-- Who gave a policy an answer and since when, read from the index alone: the latest are found without a look at each host's result.
-- Both change only when the answer does, so a result that stays as it is touches no index.
CREATE INDEX "policy_results_answer_idx" ON "policy_results"("policy_id", "outcome", "policy_version", "host_id") INCLUDE ("outcome_since");
DROP INDEX "policy_results_policy_id_outcome_policy_version_host_id_idx";

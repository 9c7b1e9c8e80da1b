-- Who gave a policy which answer is found, counted and joined from the index alone: a policy's answers lie all over the table, one to a page.
DROP INDEX "policy_results_policy_id_outcome_idx";
CREATE INDEX "policy_results_policy_id_outcome_policy_version_host_id_idx" ON "policy_results"("policy_id", "outcome", "policy_version", "host_id");

-- The same for the members of a label.
DROP INDEX "label_memberships_label_id_idx";
CREATE INDEX "label_memberships_label_id_host_id_idx" ON "label_memberships"("label_id", "host_id");

-- A vacuum that reads as fast as it can takes a small machine's disk for itself, and every commit waits behind it for seconds. So much at a time is 40 MB a second
-- from disk at most, 4 MB of it changed: the results of 100,000 hosts are through within minutes, and come due a few times a day.
ALTER TABLE "policy_results" SET (autovacuum_vacuum_cost_limit = 100, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE "label_memberships" SET (autovacuum_vacuum_cost_limit = 100, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE "compliance_reports" SET (autovacuum_vacuum_cost_limit = 100, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE "report_events" SET (autovacuum_vacuum_cost_limit = 100, autovacuum_vacuum_cost_delay = 10);

-- Between floods hardly a report is on its way, so an index of all of those looks free to read when a plan is made and kept; a report by its id, or those of one device,
-- were then found by a walk through everything that waits, as long as a flood lasted. What is due, rests or was sent has indexes of its own.
DROP INDEX "compliance_reports_live";
DROP INDEX "compliance_reports_waiting";

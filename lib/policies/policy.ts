import type { LabelScope } from "./policy-scope";

/** A yes/no query. `teamId` null asks every team; `platform` is a comma list, empty for all; `version` moves when the question changes. */
export interface Policy {
  id: number;
  teamId: number | null;
  name: string;
  description: string;
  query: string;
  resolution: string;
  platform: string;
  critical: boolean;
  conditionalAccessEnabled: boolean;
  gatedSince: Date | null;
  version: number;
  versionSince: Date;
  authorId: number | null;
  authorName: string;
  authorEmail: string;
  createdAt: Date;
  updatedAt: Date;
  labels: PolicyLabel[];
}

/** A label that narrows a policy. */
export interface PolicyLabel {
  id: number;
  name: string;
  scope: LabelScope;
}

/** How the hosts in scope answered the policy's present version; `unknown` includes those that haven't answered it yet. */
export interface PolicyCounts {
  pass: number;
  fail: number;
  unknown: number;
}

export type PolicyWithCounts = Policy & PolicyCounts;

/** What a caller gives for a policy's labels: names by scope. At most one include set and one exclude set. */
export type PolicyLabelNames = Partial<Record<LabelScope, string[]>>;

/** What can be written on a policy. `platform` is a comma list of darwin, windows, linux, chrome; empty is all. */
export interface PolicyFields {
  name: string;
  query: string;
  description: string;
  resolution: string;
  platform: string;
  critical: boolean;
  conditionalAccessEnabled: boolean;
}

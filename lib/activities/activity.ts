/** One activity with the names that its ids have now; a name is null when the thing is gone. */
export interface Activity {
  id: number;
  createdAt: Date;
  actorKind: "user" | "server";
  actorId: number | null;
  actorName: string;
  actorEmail: string;
  actorApiOnly: boolean;
  /** Where the actor's request came from; empty for the server. */
  address: string;
  type: string;
  teamId: number | null;
  teamName: string | null;
  hostId: number | null;
  hostName: string | null;
  policyName: string | null;
  details: Record<string, unknown>;
}

/** Which activities; empty strings, empty lists and nulls don't narrow. A team's are also those of the hosts it has now. Times are inclusive. */
export interface ActivityFilter {
  actor: "user" | "server" | "";
  actorId: number | null;
  /** Part of a person's name or mail, of an address, or of anything in the details. */
  query: string;
  types: string[];
  teamId: number | null;
  hostId: number | null;
  from: Date | null;
  until: Date | null;
  /** Only what is older than this activity. */
  beforeId: number | null;
}

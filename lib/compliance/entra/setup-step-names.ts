/** The steps of a connection's setup, in their order; each can be repeated by itself without harm. */
export const stepNames = ["consent", "services", "tenant", "policy", "group", "assign", "test"] as const;

/** See `stepNames`. */
export type StepName = (typeof stepNames)[number];

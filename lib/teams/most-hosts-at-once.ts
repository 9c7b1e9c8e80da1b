/** So many hosts are moved, deleted or released from a team before the caller is answered; more are worked through in the background. */
export const mostHostsAtOnce = 500;

/** So many hosts are moved or deleted before the caller is answered; more are worked through in the background. */
export const mostHostsAtOnce = 500;

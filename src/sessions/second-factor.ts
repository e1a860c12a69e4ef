/** Time (s) that the second step counts, from the moment that the code was right: 30 days. */
export const SECOND_FACTOR_TTL_SECONDS = 2_592_000;

/** That time in SQL. Not in days, which a time zone can make longer or shorter. */
export const SECOND_FACTOR_TTL = `interval '${SECOND_FACTOR_TTL_SECONDS} s'`;

/**
 * The SQL condition that the second step counts which was passed at `at`: neither too long ago nor before the account lost
 * rights, changed its number or was deactivated (the trigger users_second_factor). Null or false: it does not.
 */
export const countsAsSecondFactor = (at: string) =>
  `${at} > greatest(clock_timestamp() - ${SECOND_FACTOR_TTL}, users.second_factor_since)`;

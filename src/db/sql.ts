/** A number of seconds, as an interval. */
export const seconds = (parameter: string) => `${parameter}::float8 * interval '1 s'`;

/** The times of an array that are later than `since`, in the same order. */
export const timesAfter = (times: string, since: string) =>
  `ARRAY(SELECT at FROM unnest(${times}) AS at WHERE at > ${since})`;

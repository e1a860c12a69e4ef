/** A word for each value of an enum, in its order, from 0 on: shorter than with the names, which the script would have. */
export type Words<Enum extends number> = Readonly<Record<Enum, string>>;

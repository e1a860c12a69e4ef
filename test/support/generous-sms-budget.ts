/** A budget that no test reaches; tests of the budget don't use it. */
export const generousSmsBudget = "total=1000000/hour;country=1000000/hour;address=1000000/hour";

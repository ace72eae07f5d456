const english = new Intl.NumberFormat('en-US');

/** A count for a person: 8,375. */
export const grouped = (count: number): string => english.format(count);

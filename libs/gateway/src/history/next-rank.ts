/** What the page behind so many items of a ranked list is asked for by; null when there is none. */
export const nextRank = (behind: number, total: number): string | null => (behind < total ? String(behind) : null);

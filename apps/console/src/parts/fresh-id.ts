/** An id that nobody has used, for what a person proposes. */
export const freshId = (of: string): string => `${of}-${crypto.randomUUID().slice(0, 13)}`;

/** Beginning of the keys of what the desk looks at: any act may change it. */
export const DESK = ['live', 'desk'] as const;

/** An id that nobody has used. */
export const freshId = (of: string): string => `${of}-${crypto.randomUUID().slice(0, 13)}`;

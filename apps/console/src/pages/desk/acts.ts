/** Beginning of the keys of what the desk looks at: any act may change it. */
export const DESK = ['live', 'desk'] as const;

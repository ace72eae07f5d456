import type { StreamRule } from '../schema/event.js';

/** Quotes of everything on one underlying stand in one stream; an instrument id begins with its underlying. */
export const ofUnderlying: StreamRule<{ readonly instrument: string }> = {
  text: 'quotes-<underlying>',
  of: ({ instrument }) => `quotes-${instrument.slice(0, instrument.indexOf('-'))}`,
};

import { variationGains } from '../common.js';
import { event } from '../schema/event.js';
import { count, instant, instrument } from '../schema/forms.js';

export const VARIATION_GAIN_EVENTS = {
  VariationGainsJudged: event({
    description:
      'What each account of this partition that gained in a settlement of variation can bear of it: at most what it has.',
    stream: 'variation-gains',
    payload: {
      instrument: instrument(),
      dueAt: instant('Time of the settlement cycle.'),
      schedule: count('Position of the ScheduleInForce in margin global; 0 before the first.'),
      gains: variationGains,
    },
  }),
};

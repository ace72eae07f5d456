import { event } from '../schema/event.js';
import {
  accountId,
  caseId,
  instrument,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  underlying,
} from '../schema/forms.js';
import { list, record } from '../schema/schema.js';

/** liquidation p asks, margin p judges. */
export const HEDGE_REQUEST_EVENTS = {
  HedgeAsked: event({
    description:
      'An account with options is below its target: before any of them is closed, margin is asked what it would require with hedges of several sizes.',
    stream: 'liquidation-<caseId>',
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      books: list(
        record({
          underlying: underlying(),
          contracts: list(
            record({
              instrument: instrument(),
              lot: positiveDecimal('Smallest quantity step, contracts.'),
              largest: nonNegativeDecimal('USD of notional that one order may be for.'),
            }),
            'Linear contracts of the underlying, the first that trades is judged: perpetuals, then futures, the next expiry first.',
          ),
        }),
        'Underlyings of which the account holds options, by name.',
      ),
      parts: ordinal('So many sizes are judged of a hedge: equal parts of the largest, whole lots.'),
      least: nonNegativeDecimal('USD of notional: no smaller size is judged.'),
      schedule: ordinal('Position of the ScheduleInForce in margin global that the figures are from.'),
      accountVersion: ordinal('Version of the account that they hold for.'),
    },
  }),
};

import { place } from '../common.js';
import { event } from '../schema/event.js';
import {
  accountId,
  caseId,
  count,
  decimal,
  instrument,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  tradeSide,
  underlying,
} from '../schema/forms.js';
import { list, record } from '../schema/schema.js';

const delta = 'USD that the account gains per unit of relative move of the underlying, its coins included; 12 digits.';

export const HEDGE_JUDGEMENT_EVENTS = {
  HedgeJudged: event({
    description:
      'What an account in liquidation would be required with hedges of several sizes, each filled at the mark. A contract that does not trade is passed over, and so is everything while a model fails.',
    stream: 'liquidation-<caseId>',
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      request: place('The HedgeAsked in liquidation.'),
      schedule: count('Position of the ScheduleInForce in margin global; 0 before the first.'),
      accountVersion: ordinal('Version of the account that the figures hold for.'),
      maintenance: nonNegativeDecimal('Maintenance requirement without a hedge, USD.'),
      hedges: list(
        record({
          underlying: underlying(),
          instrument: instrument('Perpetual or future that the delta is traded in.'),
          side: tradeSide('Against the delta.'),
          mark: positiveDecimal('As the contract is quoted.'),
          unitNotional: positiveDecimal('USD per contract.'),
          delta: decimal(`Before: ${delta}`),
          ownerNotional: nonNegativeDecimal(
            "The owner's sum on the side of the hedge with the largest size, USD; sets the modelled cost.",
          ),
          sizes: list(
            record({
              quantity: positiveDecimal('Contracts, whole lots.'),
              delta: decimal('With this size.'),
              maintenance: nonNegativeDecimal('With this size, USD.'),
            }),
            'Ascending; none goes beyond the delta.',
          ),
        }),
        'By underlying, in the order of the request; only those with a size that is worth an order.',
      ),
    },
  }),
};

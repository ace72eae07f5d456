import { event } from '../schema/event.js';
import { accountId, instrument, label, nonNegativeDecimal, side, underlying, versionedName } from '../schema/forms.js';
import { nullable, oneOf } from '../schema/schema.js';

const stream = 'limits-<ownerId>';

const use = {
  kind: oneOf(
    ['position', 'concentration'],
    'position: contracts of an instrument. concentration: USD of notional over all contracts of an underlying.',
  ),
  ownerId: label(),
  accountId: nullable(accountId('null: all accounts of the owner together.')),
  instrument: nullable(instrument('Of a position; null for a concentration.')),
  underlying: nullable(underlying('Of a concentration; null for a position.')),
  side: side('Bought puts are short of their underlying, sold ones long.'),
  limit: nullable(nonNegativeDecimal('Contracts or USD; null: nothing limits it any more.')),
  figure: nonNegativeDecimal('What is held on that side, contracts or USD.'),
  limits: nullable(versionedName('The position limits in force; null: none.')),
};

export const POSITION_LIMIT_EVENTS = {
  PositionLimitExceeded: event({
    description:
      'An account, or all accounts of an owner together, hold more than they may: a fill, a price or a lower limit brought them there. The exchange is asked to cancel orders that would add to it.',
    stream,
    payload: use,
  }),
  PositionLimitRestored: event({
    description: 'What was held beyond a limit is within it again, or nothing limits it any more.',
    stream,
    payload: use,
  }),
};

import { place } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, caseId, count, instant, instrument, nonNegativeDecimal, ordinal } from '../schema/forms.js';
import { oneOf } from '../schema/schema.js';

const stream = 'turns-<instrument>';

const asking = { caseId: caseId(), accountId: accountId(), instrument: instrument() };

const answered = {
  ...asking,
  request: place('The CloseOutTurnRequested in liquidation.'),
  taken: nonNegativeDecimal('USD that all cases have closed, or were granted, within the minute before.'),
};

/** liquidation p asks before every slice. */
export const TURN_REQUEST_EVENTS = {
  CloseOutTurnRequested: event({
    description:
      'A case is ready for a slice and asks for its turn: all cases of an instrument together close no more a minute than the market bears. Whatever else the case does ends the request.',
    stream: 'liquidation-<caseId>',
    payload: {
      ...asking,
      notional: nonNegativeDecimal('USD that the slice would close on the figures of the schedule.'),
      least: nonNegativeDecimal('USD below which a turn is not worth an order.'),
      perMinute: nonNegativeDecimal('USD that all cases of the instrument may close in a minute.'),
      paceFrom: oneOf(
        ['parameters', 'volume', 'depth'],
        'What the pace follows: the approved daily volume, what is traded at the exchange where that is more, or what its book holds where that is less.',
      ),
      schedule: ordinal('Position of the ScheduleInForce in margin global that the figures are from.'),
      accountVersion: ordinal('Version of the account that they hold for.'),
    },
  }),
};

/** liquidation, global: whose turn it is, over all partitions. */
export const TURN_EVENTS = {
  CloseOutTurnGranted: event({
    description:
      'It is the turn of a case: it may close so much, on a schedule of that time or later, within a minute. What it does not close counts for nobody.',
    stream,
    payload: {
      ...answered,
      notional: nonNegativeDecimal('USD, at most what was asked for.'),
      from: instant('No schedule before is a basis for the order.'),
      until: instant('The turn has lapsed from this time on.'),
    },
  }),
  CloseOutTurnDeferred: event({
    description: 'A case has to wait for its turn; said again if it still waits at the time that it was told.',
    stream,
    payload: {
      ...answered,
      reason: oneOf(
        ['minute-used-up', 'others-first'],
        'minute-used-up: it is the next one, once enough of the last minute has passed; others-first: cases that asked earlier are served before.',
      ),
      ahead: count('Cases that are served before.'),
      nextAt: instant('When its turn is expected; it is judged again then at the latest.'),
    },
  }),
};

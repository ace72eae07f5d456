import { accountMarginState, marginFigures } from '../common.js';
import { event } from '../schema/event.js';
import {
  accountId,
  code,
  decimal,
  identifier,
  instant,
  nonNegativeDecimal,
  prose,
  side,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { list, nullable, oneOf, record } from '../schema/schema.js';
import { assessmentAtEntry, assessmentDetail } from './assessment.js';

const stream = 'margin-<accountId>';

export const ACCOUNT_STATE_EVENTS = {
  AccountStateChanged: event({
    description: 'The margin state of an account changed, with the assessment that changed it.',
    stream,
    payload: {
      accountId: accountId(),
      from: accountMarginState,
      to: accountMarginState,
      reason: prose(),
      assessment: assessmentAtEntry,
    },
  }),
  LiquidationTriggered: event({
    description:
      'Equity fell below the liquidation requirement: the account is LIQUIDATING, and liquidation closes it out from here.',
    stream,
    payload: {
      accountId: accountId(),
      assessment: assessmentAtEntry,
      triggers: list(
        record({
          underlying: underlying(),
          side: side(),
          logReturn: decimal('R_t: log return over the last hour.'),
          threshold: nonNegativeDecimal('x: |R_t| from which the trigger is on.'),
          k: nonNegativeDecimal('How many standard deviations of the hour x is.'),
          scalar: nonNegativeDecimal('X_side at this schedule.'),
        }),
        'Price triggers that were on or decaying for a side the account holds.',
      ),
      lowestMaintenanceRates: list(
        record({ underlying: underlying(), side: side(), rate: nonNegativeDecimal('Fraction of the notional.') }),
        'Per underlying and side the lowest maintenance rate, at the present size, of the whole notice period.',
      ),
      call: nullable(
        record(
          { callId: identifier(), issuedAt: instant() },
          'The open margin call that came first; null: there was none, and `uncalled` says why.',
        ),
      ),
      uncalled: nullable(
        oneOf(
          ['one-price-set', 'own-change', 'liquidated-before', 'debt-alone'],
          'Why nobody could call first: one price set took the account from above the call level to below the liquidation level; the account or another of its owner changed since it was assessed last; a liquidation of it had just been closed; or nothing but a debt is left, which is taken over and not called.',
        ),
      ),
    },
  }),
  LiquidatingAccountAssessed: event({
    description: 'Health of an account that is LIQUIDATING, after every run that assessed it.',
    stream,
    payload: { accountId: accountId(), assessment: assessmentDetail },
  }),
  ModelFailed: event({
    description:
      'The model that is due an account could not assess it: the flat maximum rate decides until it can again. Alarm.',
    stream,
    payload: {
      accountId: accountId(),
      model: versionedName(),
      code: code(),
      detail: prose(),
      figures: marginFigures(),
    },
  }),
  ModelRestored: event({
    description: 'A model decides the account again.',
    stream,
    payload: { accountId: accountId(), model: versionedName() },
  }),
};

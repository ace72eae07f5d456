import { marginFigures } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, identifier, instant, positiveDecimal } from '../schema/forms.js';

const stream = 'margin-<accountId>';

const call = { callId: identifier(), accountId: accountId() };

export const MARGIN_CALL_EVENTS = {
  MarginCallIssued: event({
    description:
      'Equity fell below the call requirement: the client must add collateral or reduce until `dueAt`. At most one call of an account is open.',
    stream,
    payload: {
      ...call,
      issuedAt: instant(),
      dueAt: instant('From this moment on an unmet call restricts the account.'),
      deficit: positiveDecimal('Call requirement minus equity, USD.'),
      figures: marginFigures(),
    },
  }),
  MarginCallMet: event({
    description: 'The account holds enough again; the call is over.',
    stream,
    payload: { ...call, figures: marginFigures() },
  }),
  MarginCallExpired: event({
    description: 'The call was not met in time; the account may only reduce from now on.',
    stream,
    payload: { ...call, figures: marginFigures() },
  }),
};

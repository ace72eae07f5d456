import { booked, place } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, caseId, fundPurpose, nonNegativeDecimal, positiveDecimal } from '../schema/forms.js';
import { oneOf } from '../schema/schema.js';

const stream = 'insurance-fund';

const balance = nonNegativeDecimal('USD in the fund after the event; never below zero.');

export const FUND_EVENTS = {
  FundCredited: event({
    description: 'Money arrived in the insurance fund.',
    stream,
    payload: {
      ...booked,
      reason: oneOf(['contribution', 'penalty-remainder']),
      origin: place('The event in accounts that sent the money.'),
      amount: positiveDecimal('USD.'),
      balance,
    },
  }),
  FundDrawGranted: event({
    description: 'Answer of the insurance fund to a FundDrawRequested, perhaps less than asked.',
    stream,
    payload: {
      ...booked,
      request: place('The FundDrawRequested in liquidation.'),
      caseId: caseId(),
      accountId: accountId(),
      purpose: fundPurpose(),
      requested: positiveDecimal('USD.'),
      granted: nonNegativeDecimal('USD: at most the balance, perhaps zero.'),
      balance,
    },
  }),
};

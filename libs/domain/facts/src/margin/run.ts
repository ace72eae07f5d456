import { event } from '../schema/event.js';
import {
  accountId,
  count,
  decimal,
  identifier,
  label,
  ordinal,
  positiveDecimal,
  sha256Hex,
  versionedName,
} from '../schema/forms.js';
import { list, map, oneOf, record } from '../schema/schema.js';

export const RUN_EVENTS = {
  MarginRunCompleted: event({
    description:
      'Every account (full) or the changed ones (touched) were assessed. What changed for single accounts follows behind it as events of their own; the root commits to every assessment.',
    stream: 'runs',
    payload: {
      kind: oneOf(['full', 'touched']),
      schedule: ordinal('Position of the ScheduleInForce in margin global.'),
      models: map(versionedName, count(), 'How many accounts each model assessed.'),
      kernelProfile: label(),
      assessed: count('Accounts assessed.'),
      decidedExactly: count('How many of them were decided in exact decimals.'),
      root: sha256Hex('Root of the Merkle tree over all assessments of the run.'),
      states: record(
        { HEALTHY: count(), WARN: count(), MARGIN_CALL: count(), RESTRICTED: count(), LIQUIDATING: count() },
        'Accounts of the partition by state after the run.',
      ),
    },
  }),
  AdlCandidatesReported: event({
    description: 'Answer of this partition to an AdlRoundOpened; also sent when it has no candidate.',
    stream: 'adl-<roundId>',
    payload: {
      roundId: identifier(),
      schedule: count('Position of the ScheduleInForce that the partition is at; 0 before the first.'),
      bankrupt: list(
        record({ accountId: accountId(), accountVersion: count() }),
        'Accounts of the round that live here, as they are now: a request on other figures is not due.',
      ),
      candidates: list(
        record({
          accountId: accountId(),
          quantity: positiveDecimal('Base units on the side to be reduced, unsigned.'),
          notional: positiveDecimal('USD.'),
          requirement: decimal(
            'USD that the position bears of the maintenance requirement of the portfolio; not above zero for a hedge.',
          ),
          equity: decimal('USD.'),
        }),
      ),
    },
  }),
};

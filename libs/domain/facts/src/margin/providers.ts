import { event } from '../schema/event.js';
import { accountId, code, count, decimal, identifier, nonNegativeDecimal, ordinal } from '../schema/forms.js';
import { list, nullable, optional, record } from '../schema/schema.js';

export const PROVIDER_JUDGEMENT_EVENTS = {
  ProvidersJudged: event({
    description:
      'What each provider of a ProviderRoundOpened can take over and still cover his own initial requirement, as of an order that may fill in part; also sent when none lives here.',
    stream: 'providers-<roundId>',
    payload: {
      roundId: identifier(),
      schedule: count('Position of the ScheduleInForce that the partition is at; 0 before the first.'),
      debtorVersion: nullable(ordinal('Version of the debtor if he lives here: a request on another one is not due.')),
      providers: list(
        record({
          accountId: accountId(),
          accountVersion: ordinal('Version that the quantity holds for.'),
          quantity: nonNegativeDecimal('Contracts, whole lots.'),
          refusal: nullable(code('Why he can take over less than he was asked for.')),
        }),
        'Those that live here, in the order of the round.',
      ),
      givenUp: optional(
        list(
          record({
            price: decimal('As the contract is quoted.'),
            quantity: nonNegativeDecimal('Contracts, whole lots, at most what is offered.'),
          }),
          'What the debtor can be rid of at most at each price of the round with a health no worse than he has, in its order; absent where he does not live.',
        ),
      ),
    },
  }),
};

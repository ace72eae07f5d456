import type { ServiceLog } from '@ballast/facts';
import { ownedTopics } from './partition-ownership.js';

describe('the topics by which the workers of a service share its partitions', () => {
  it.each<[ServiceLog, string[]]>([
    [
      'margin',
      [
        'clearing.margin.commands.v1',
        'clearing.accounts.events.v1',
        'clearing.liquidation.events.v1',
        'exchange.orders.v1',
      ],
    ],
    [
      'accounts',
      [
        'clearing.accounts.commands.v1',
        'exchange.fills.v1',
        'exchange.transfers.v1',
        'clearing.margin.events.v1',
        'clearing.liquidation.events.v1',
      ],
    ],
    ['liquidation', ['clearing.margin.events.v1', 'clearing.accounts.events.v1', 'exchange.order-reports.v1']],
    ['pricing', ['exchange.quotes.v1']],
  ])('%s: %s', (service, topics) => {
    expect(ownedTopics(service)).toEqual(topics);
  });
});

// What the scripts have in common that play a crash in one process and print who bore what.
import { replay, verify } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import { canonicalText, dec, sha256, sum, text } from '@ballast/kernel';
import { ClearingHouse, SERVICES } from '@ballast/services';

export const hashOf = (body) => sha256(canonicalText(body)).toString('hex');

export const openHouse = (partitions, worker, genesis) =>
  ClearingHouse.open({
    store: new MemoryLogStore(),
    partitions,
    worker,
    release: { release: `ballast@${worker}`, build: '0'.repeat(64) },
    genesis,
  });

/** Payloads of a log's events, by type. */
export async function payloadsOf(house, log) {
  const found = [];
  for (const { partition } of await house.logs.log(log).heads()) {
    for (let after = 0; ;) {
      const page = await house.logs.log(log).read(partition, after, 1_000);
      found.push(...page);
      if (page.length < 1_000) break;
      after += page.length;
    }
  }
  return (type) => found.filter((event) => event.type === type).map(({ payload }) => payload);
}

export const total = (amounts) => text(sum(amounts.map((amount) => dec(amount))));

export const line = (label, figure) => console.log(`  ${label.padEnd(45)}${figure}`);

/** What losses came to, and whether the logs prove it. */
export async function printLosses(house, accounts, liquidation) {
  const amounts = (type) => accounts(type).map(({ amount }) => amount);
  line('losses that reserve, fund and house paid', total(amounts('LossStepTaken')));
  line('losses that nobody paid', total(amounts('UncoveredLossBooked')));
  line('requests to the other side', liquidation('AdlRequested').length);
  line(
    'cases opened, closed',
    `${liquidation('LiquidationOpened').length}, ${liquidation('LiquidationClosed').length}`,
  );
  const { faults } = await verify(house.logs);
  const { divergence } = await replay(house.logs, SERVICES, () => 0);
  line(
    'verify and replay',
    `${faults.length === 0 ? 'no fault' : JSON.stringify(faults[0])}, ${divergence === undefined ? 'the same bytes' : JSON.stringify(divergence)}`,
  );
}

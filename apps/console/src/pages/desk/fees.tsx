import { useQuery } from '@tanstack/react-query';
import { questions, type OwnerFees, type SettlementOverride } from '../../api/client';
import { cents, exact } from '../../format/amount';
import { personsText } from '../../format/persons';
import { utc } from '../../format/time';
import { Approvals } from '../../parts/acting';
import { DataTable, type Column } from '../../parts/data-table';
import { Panel, Pending } from '../../parts/page';
import { DESK } from './acts';

const FEES: readonly Column<OwnerFees>[] = [
  { name: 'Owner', isWhole: true, text: ({ ownerId }) => ownerId },
  {
    name: 'Traded in 30 days',
    unit: 'USD',
    isNumber: true,
    text: ({ volume }) => volume,
    show: ({ volume }) => cents(volume),
  },
  {
    name: 'Tier from',
    unit: 'USD',
    isNumber: true,
    text: ({ feeTier }) => feeTier,
    show: ({ feeTier }) => (feeTier === '0' ? 'that of everybody' : cents(feeTier)),
  },
  { name: 'Schedule', text: ({ feeSchedule }) => feeSchedule },
];

/** By which tier each owner trades. */
export function FeeTiers() {
  const { data, error } = useQuery(questions.feeTiers());
  if (data === undefined) return <Pending error={error} what="the fee tiers of owners" />;
  return (
    <Panel title="Fee tiers" sub="of owners, by what they traded in the 30 days before today (CLR-ACC-046)">
      <DataTable
        caption="Fee tiers of owners"
        rows={data}
        columns={FEES}
        empty="Nobody traded of late: everybody has the same tier."
      />
    </Panel>
  );
}

const OVERRIDES: readonly Column<SettlementOverride>[] = [
  { name: 'Underlying', text: ({ underlying }) => underlying },
  { name: 'Expiry', unit: 'UTC', text: ({ expiry }) => utc(expiry) },
  {
    name: 'Price',
    unit: 'USD',
    isNumber: true,
    text: ({ price }) => price ?? 'the average after all',
    show: ({ price }) => (price === null ? 'the average after all' : exact(price)),
  },
  {
    name: 'Stands',
    text: ({ approvedAt }) =>
      approvedAt === null ? '◐ waits for a second person' : `● approved ${utc(approvedAt)} UTC`,
  },
  { name: 'By', text: personsText },
  { name: 'Why', isSentence: true, text: ({ reason }) => reason },
];

/** Settlement prices that persons put in place of the average. */
export function Overrides() {
  const { data, error } = useQuery(questions.settlementOverrides());
  if (data === undefined) return <Pending error={error} what="the settlement prices by persons" />;
  return (
    <Panel title="Settlement prices by persons" sub="in place of the average, for expiries to come (CLR-PRC-062)">
      <DataTable
        caption="Settlement prices by persons"
        rows={data}
        columns={OVERRIDES}
        empty="Every expiry to come is delivered at its average."
      />
      <Approvals
        changed={DESK}
        waiting={data
          .filter(({ approvedAt }) => approvedAt === null)
          .map(({ overrideId, underlying, price }) => ({
            what: `${overrideId}: ${underlying} at ${price === null ? 'the average after all' : exact(price)}`,
            path: `/settlement-overrides/${encodeURIComponent(overrideId)}/approvals`,
            done: `${overrideId} is approved.`,
          }))}
      />
    </Panel>
  );
}

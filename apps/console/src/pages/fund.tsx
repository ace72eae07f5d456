import { useQuery } from '@tanstack/react-query';
import type { DeleveragingRoundsPage, FundPage as Answer } from '@ballast/contracts';
import { questions } from '../api/client';
import { Waterfall } from '../charts/waterfall';
import { addingUp, cents, rounded, sentence, usd } from '../format/amount';
import { asOf, utc } from '../format/time';
import { DataTable, type Column } from '../parts/data-table';
import { EventLink } from '../parts/links';
import { AtHouseTime, usePastTime } from '../parts/now-only';
import { Empty, Page, Panel, Pending } from '../parts/page';
import { Twin } from '../parts/twin';
import { Deleveraging } from './fund/deleveraging';

const CAUSES: Readonly<Record<string, readonly [string, string]>> = {
  contribution: ['paid in', 'contributions of the house'],
  'penalty-remainder': ['penalties', 'what was left of liquidation penalties'],
  BankruptcyDeficit: ['deficits', 'paid so that bankrupt accounts end at zero'],
  SlippageBeyondReward: ['slippage', 'paid where closing cost more than the reward'],
  repayment: ['paid back', 'by debtors whose deficits had been paid'],
  RecoveredLoss: ['recovered', 'paid of losses that the residual party had borne'],
};

const nameOf = (cause: string): string => CAUSES[cause]?.[0] ?? cause;

/** The insurance fund: what it holds and by which causes. */
export default function FundPage() {
  return (
    <AtHouseTime title="Fund">
      <TheFund />
    </AtHouseTime>
  );
}

function TheFund() {
  const { data, error } = useQuery(questions.fund(usePastTime()));
  if (data === undefined) {
    return (
      <Page title="Fund">
        <Pending error={error} what="the fund from the log" />
      </Page>
    );
  }
  const { flows, balance, items: entries, next } = data;
  const lines = addingUp(
    flows.map(({ cause, count, amount }) => ({
      label: nameOf(cause),
      amount,
      detail: `${count} times: ${CAUSES[cause]?.[1] ?? cause}`,
    })),
    balance,
  );
  const rows = [...lines, { label: 'balance', amount: rounded(balance), detail: 'sum' }];
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { name: 'Cause', text: ({ label }) => label },
    { name: 'Amount', unit: 'USD', isNumber: true, text: ({ amount }) => amount, show: ({ amount }) => cents(amount) },
    { name: 'How', text: ({ detail }) => detail },
  ];
  return (
    <Page title="Fund" lead={`The insurance fund holds ${usd(balance)} ${asOf(data.asOf.clearing)}.`}>
      <Twin title="What made the balance" sub="USD, by cause; it adds up" name="fund" rows={rows} columns={columns}>
        {flows.length === 0 ? (
          <Empty>Nothing was paid into the fund yet.</Empty>
        ) : (
          <Waterfall
            label="What made the balance"
            before={{ name: 'start', amount: '0' }}
            lines={lines}
            after={{ name: 'balance', amount: balance }}
          />
        )}
      </Twin>
      <Panel
        title="Entries"
        sub={next !== null ? `the newest ${entries.length}, newest first` : `${entries.length}, newest first`}
      >
        <DataTable
          caption="Entries of the fund"
          rows={entries}
          columns={ENTRIES}
          empty="Nothing was paid in or out yet."
        />
      </Panel>
      <Deleveraging />
      <Rounds />
    </Page>
  );
}

const ENTRIES: readonly Column<Answer['items'][number]>[] = [
  { name: 'Clearing time', unit: 'UTC', text: ({ at }) => utc(at) },
  { name: 'Cause', text: ({ cause }) => nameOf(cause) },
  { name: 'Amount', unit: 'USD', isNumber: true, text: ({ amount }) => amount, show: ({ amount }) => cents(amount) },
  {
    name: 'Balance',
    unit: 'USD',
    isNumber: true,
    text: ({ balance }) => balance,
    show: ({ balance }) => cents(balance),
  },
  {
    name: 'Event',
    text: ({ position }) => `accounts/-1#${position}`,
    show: ({ position }) => <EventLink place={`accounts/-1#${position}`} />,
  },
];

const placeOf = ({ position }: { readonly position: number }): string => `liquidation/-1#${position}`;

const ROUNDS: readonly Column<DeleveragingRoundsPage['items'][number]>[] = [
  { name: 'Clearing time', unit: 'UTC', text: ({ at }) => utc(at) },
  { name: 'What', isSentence: true, text: ({ summary }) => summary, show: ({ summary }) => sentence(summary) },
  { name: 'Event', text: placeOf, show: (round) => <EventLink place={placeOf(round)} /> },
];

function Rounds() {
  const { data, error } = useQuery(questions.deleveragingRounds(usePastTime()));
  if (data === undefined) return <Pending error={error} what="the rounds of deleveraging from the log" />;
  const { items, next } = data;
  return (
    <Panel
      title="Rounds of deleveraging"
      sub={`rounds in which positions of others were reduced${next === null ? '' : `, the newest ${items.length}`}`}
    >
      <DataTable
        caption="Rounds of deleveraging"
        rows={items}
        columns={ROUNDS}
        empty="Nobody was ever deleveraged: fund and accounts bore every loss."
      />
    </Panel>
  );
}

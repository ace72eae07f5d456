import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { DeleveragingQueue, DeleveragingView } from '@ballast/contracts';
import { questions } from '../../api/client';
import { Bars } from '../../charts/bars';
import { cents, exact, usd } from '../../format/amount';
import { utc } from '../../format/time';
import type { Column } from '../../parts/data-table';
import { DataTable } from '../../parts/data-table';
import { AccountLink } from '../../parts/links';
import { NowOnly } from '../../parts/now-only';
import { Empty, Panel, Pending } from '../../parts/page';
import partStyles from '../../parts/parts.module.css';
import { Twin } from '../../parts/twin';

type Outlook = DeleveragingView['queues'][number];
type Place = DeleveragingQueue['items'][number];

const LISTED = 500;
const DRAWN = 20;

const PHASES = { off: '● off', soon: '▲ soon', on: '▼ ON' } as const;

const money = (name: string, of: (outlook: Outlook) => string): Column<Outlook> => ({
  name,
  unit: 'USD',
  isNumber: true,
  text: of,
  show: (outlook) => cents(of(outlook)),
});

const OUTLOOK: readonly Column<Outlook>[] = [
  { name: 'Instrument', text: ({ instrument }) => instrument },
  { name: 'Bankrupt side', text: ({ side }) => side },
  { name: 'Deleveraging', text: ({ phase }) => phase, show: ({ phase }) => PHASES[phase] },
  { name: 'Since', unit: 'UTC', text: ({ since }) => (since === null ? '–' : utc(since)) },
  money('Owed', ({ owed }) => owed),
  money('After one more requirement', ({ exposed }) => exposed),
  money('Reserve', ({ reserve }) => reserve),
  money('To the trigger', ({ triggerDistance }) => triggerDistance),
  money('To the end', ({ stopDistance }) => stopDistance),
];

/** How near deleveraging is, and who would be reduced first. */
export function Deleveraging() {
  const { data, error } = useQuery(questions.deleveraging());
  const { data: board } = useQuery(questions.board(undefined));
  const [wanted, setWanted] = useState('');
  if (data === undefined) return <Pending error={error} what="how near deleveraging is" />;
  const known = new Set([
    ...data.queues.map(({ instrument, side }) => `${instrument} ${side}`),
    ...(board?.underlyings ?? []).flatMap(({ underlying }) => [`${underlying}-PERP long`, `${underlying}-PERP short`]),
  ]);
  const queues = [...known].sort();
  const chosen = queues.includes(wanted) ? wanted : (queues[0] ?? '');
  return (
    <>
      <NowOnly what="How near deleveraging is, and its queue," />
      <Panel
        title="How near deleveraging is"
        sub="soon: one more requirement of loss in the accounts in liquidation would be more than reserve and fund have"
      >
        <p>
          Beside the reserves of the underlyings the fund of all holds {usd(data.fund)}. First the reserve of the
          underlying pays a deficit, then that; only then is anybody deleveraged.
        </p>
        <DataTable
          caption="How near deleveraging is, by instrument and side"
          rows={data.queues}
          columns={OUTLOOK}
          empty="● Off everywhere: no account in liquidation had a part in any instrument."
        />
      </Panel>
      {chosen !== '' && <Queue chosen={chosen} queues={queues} onChoose={setWanted} />}
    </>
  );
}

const PLACES: readonly Column<Place>[] = [
  { name: 'Place', isNumber: true, text: ({ place }) => String(place) },
  {
    name: 'Account',
    text: ({ accountId }) => accountId,
    show: ({ accountId }) => <AccountLink accountId={accountId} />,
  },
  {
    name: 'Quantity',
    unit: 'contracts',
    isNumber: true,
    text: ({ quantity }) => quantity,
    show: ({ quantity }) => exact(quantity),
  },
  {
    name: 'Notional',
    unit: 'USD',
    isNumber: true,
    text: ({ notional }) => notional,
    show: ({ notional }) => cents(notional),
  },
  {
    name: 'Requirement',
    unit: 'USD',
    isNumber: true,
    text: ({ requirement }) => requirement,
    show: ({ requirement }) => cents(requirement),
  },
  { name: 'Equity', unit: 'USD', isNumber: true, text: ({ equity }) => equity, show: ({ equity }) => cents(equity) },
  { name: 'Requirement over equity', isNumber: true, text: ({ need }) => need, show: ({ need }) => exact(need) },
];

function Queue({
  chosen,
  queues,
  onChoose,
}: {
  readonly chosen: string;
  readonly queues: readonly string[];
  readonly onChoose: (next: string) => void;
}) {
  const [instrument = '', side = ''] = chosen.split(' ');
  const { data, error } = useQuery(questions.deleveragingQueue(instrument, side, LISTED));
  if (data === undefined) return <Pending error={error} what={`the queue of ${chosen}`} />;
  const { items: places, total } = data;
  const drawn = places.slice(0, DRAWN);
  return (
    <Twin
      title="Who would be deleveraged, first to last"
      sub={`${total} positions against bankrupt ${side}s of ${instrument}; who uses most of his equity comes first`}
      name={`deleveraging-${instrument}-${side}`}
      rows={places}
      columns={PLACES}
      tools={
        <label>
          <span className="hidden">Queue</span>
          <select className={partStyles.field} value={chosen} onChange={({ target }) => onChoose(target.value)}>
            {queues.map((each) => (
              <option key={each} value={each}>
                {each} bankrupt
              </option>
            ))}
          </select>
        </label>
      }
    >
      {places.length === 0 ? (
        <Empty>Nobody holds a position on the other side.</Empty>
      ) : (
        <>
          <Bars
            label={`Requirement over equity of the first ${drawn.length} of ${total}`}
            unit="requirement over equity, by place in the queue"
            height={170}
            bars={drawn.map(({ place, need }) => ({ name: String(place), value: Math.max(0, Number(need)) }))}
          />
          <DataTable caption="Queue of deleveraging" rows={places} columns={PLACES} empty="The queue is empty." />
        </>
      )}
    </Twin>
  );
}

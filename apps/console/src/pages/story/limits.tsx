import { useQuery } from '@tanstack/react-query';
import { questions, type AccountLimitsView } from '../../api/client';
import { exact } from '../../format/amount';
import { DataTable, type Column } from '../../parts/data-table';
import { Panel } from '../../parts/page';

type Use = AccountLimitsView['uses'][number];

const figure = (name: string, of: (use: Use) => string): Column<Use> => ({
  ...{ name, isNumber: true, text: of },
  show: (use) => exact(of(use)),
});

const COLUMNS: readonly Column<Use>[] = [
  { name: 'Of', isWhole: true, text: ({ instrument, underlying }) => instrument ?? `${underlying ?? ''}, USD` },
  { name: 'Limit', text: ({ kind, holder }) => `${kind} of the ${holder}` },
  { name: 'Side', text: ({ side }) => side },
  figure('Held', ({ held }) => held),
  figure('With orders', ({ committed }) => committed),
  figure('At most', ({ limit }) => limit),
  figure('Left', ({ headroom }) => headroom),
  { name: 'Stands', text: ({ exceeded }) => (exceeded ? '▲ exceeded' : '● within') },
];

/** What bounds the account now, and how much of it is used; nothing where no limits are in force. */
export function Limits({ accountId }: { readonly accountId: string }) {
  const { data } = useQuery(questions.limits(accountId));
  if (data === undefined || data.limits === null) return null;
  return (
    <Panel title="Limits" sub={`now, by ${data.limits} (CLR-LIM-001 to 005)`}>
      <DataTable caption="Use of limits" rows={data.uses} columns={COLUMNS} empty="No limit bounds what it holds." />
    </Panel>
  );
}

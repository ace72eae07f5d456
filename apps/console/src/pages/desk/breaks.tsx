import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { questions, type Break, type Reconciliation } from '../../api/client';
import { exact, minus } from '../../format/amount';
import { utc } from '../../format/time';
import { ActForm, Approvals } from '../../parts/acting';
import { DataTable, type Column } from '../../parts/data-table';
import { Panel, Pending } from '../../parts/page';
import partStyles from '../../parts/parts.module.css';
import { DESK } from './acts';

const SOURCES: readonly Column<Reconciliation>[] = [
  { name: 'Source', text: ({ source }) => source },
  { name: 'Of', text: ({ of }) => of },
  { name: 'As of', unit: 'UTC', text: ({ asOf }) => utc(asOf) },
  { name: 'Lines', isNumber: true, text: ({ compared }) => String(compared) },
  {
    name: 'Differ',
    isNumber: true,
    text: ({ differing }) => String(differing),
    show: ({ differing }) => (differing === 0 ? '0' : `▲ ${differing}`),
  },
];

const BREAKS: readonly Column<Break>[] = [
  { name: 'Break', isNumber: true, text: ({ breakId }) => String(breakId) },
  { name: 'Source', text: ({ source, of }) => `${source}, ${of}` },
  {
    name: 'Line',
    text: ({ accountId, asset, instrument }) =>
      [accountId, asset, instrument].filter((part) => part !== null).join(' '),
  },
  { name: 'Ledger', isNumber: true, text: ({ ledger }) => ledger, show: ({ ledger }) => exact(ledger) },
  { name: 'There', isNumber: true, text: ({ reported }) => reported, show: ({ reported }) => exact(reported) },
  {
    name: 'Difference',
    isNumber: true,
    text: ({ ledger, reported }) => minus(reported, ledger),
    show: ({ ledger, reported }) => exact(minus(reported, ledger)),
  },
  { name: 'Since', unit: 'UTC', text: ({ since }) => utc(since) },
  {
    name: 'Explained',
    isSentence: true,
    text: ({ explanation }) =>
      explanation === null
        ? '▲ no'
        : `${explanation.text} (${explanation.proposer}, ${explanation.approver ?? 'waits for a second person'})`,
  },
];

/** Where the books of a custodian or an exchange differ from the ledger. */
export function Breaks() {
  const { data, error } = useQuery(questions.reconciliations());
  if (data === undefined) return <Pending error={error} what="the reconciliations" />;
  return (
    <>
      <Panel title="Books of others" sub="held against the ledger (CLR-ACC-080)">
        <DataTable
          caption="The last reconciliation of each source"
          rows={data.reconciliations}
          columns={SOURCES}
          empty="No books of others were held against the ledger yet."
        />
      </Panel>
      <Panel title="Breaks" sub="lines that differ, until they agree again (CLR-ACC-081)">
        <DataTable caption="Breaks" rows={data.breaks} columns={BREAKS} empty="No line differs." />
        <Approvals
          changed={DESK}
          waiting={data.breaks
            .filter(({ explanation }) => explanation !== null && explanation.approver === null)
            .map(({ breakId }) => ({
              what: `the explanation of break ${breakId}`,
              path: `/reconciliations/breaks/${breakId}/explanations/approvals`,
              done: `Break ${breakId} is explained.`,
            }))}
        />
        {data.breaks.length > 0 && <Explain breaks={data.breaks} />}
      </Panel>
    </>
  );
}

/** A person says why two books differ. */
function Explain({ breaks }: { readonly breaks: readonly Break[] }) {
  const [chosen, setChosen] = useState(0);
  const { breakId } = breaks.find((each) => each.breakId === chosen) ?? breaks[0] ?? {};
  if (breakId === undefined) return null;
  return (
    <ActForm
      opens="Explain a break"
      sends="Propose the explanation"
      changed={DESK}
      act={(explanation) => ({
        path: `/reconciliations/breaks/${breakId}/explanations`,
        body: { explanation },
        done: `The explanation of break ${breakId} is proposed; another person approves it.`,
      })}
    >
      <label>
        Break{' '}
        <select className={partStyles.field} value={breakId} onChange={({ target }) => setChosen(Number(target.value))}>
          {breaks.map((each) => (
            <option key={each.breakId} value={each.breakId}>
              {each.breakId}: {[each.accountId, each.asset, each.instrument].filter((part) => part !== null).join(' ')}
            </option>
          ))}
        </select>
      </label>
    </ActForm>
  );
}

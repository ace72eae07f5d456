import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { questions, type AccountStanding } from '../../api/client';
import { ActForm, TextField } from '../../parts/acting';
import { DataTable, type Column } from '../../parts/data-table';
import { AccountLink } from '../../parts/links';
import { Panel, Pending } from '../../parts/page';
import partStyles from '../../parts/parts.module.css';
import { DESK } from './acts';

const WORDS = { frozen: '▲ frozen', closed: '■ closed' } as const;

const STANDINGS: readonly Column<AccountStanding>[] = [
  {
    name: 'Account',
    isWhole: true,
    text: ({ accountId }) => accountId,
    show: ({ accountId }) => <AccountLink accountId={accountId} />,
  },
  { name: 'Stands', text: ({ standing }) => WORDS[standing] },
  { name: 'By', text: ({ by }) => by },
];

const ACTS = {
  frozen: { name: 'freeze: nothing leaves it, and it takes no new risk', done: 'is frozen' },
  open: { name: 'release: by another person than who froze it', done: 'is open again' },
  closed: { name: 'close: when it is flat and empty', done: 'is closed' },
} as const;
type Act = keyof typeof ACTS;

/** Accounts that persons froze or closed. */
export function Standings() {
  const { data, error } = useQuery(questions.accountStandings());
  const [accountId, setAccountId] = useState('');
  const [standing, setStanding] = useState<Act>('frozen');
  if (data === undefined) return <Pending error={error} what="the accounts that persons froze" />;
  return (
    <Panel title="Accounts that are not open" sub="frozen by one person, released by another (CLR-ACC-035)">
      <DataTable
        caption="Accounts that are not open"
        rows={data}
        columns={STANDINGS}
        empty="Every account is open to everything that margin allows."
      />
      <ActForm
        opens="Freeze, release or close an account"
        sends="Do it"
        changed={DESK}
        act={(reason) => ({
          path: `/accounts/${encodeURIComponent(accountId.trim())}/standing`,
          body: { standing, reason },
          done: `${accountId.trim()} ${ACTS[standing].done}.`,
        })}
      >
        <TextField label="Account" value={accountId} size={22} placeholder="owner-01.main" onChange={setAccountId} />
        <label>
          What{' '}
          <select
            className={partStyles.field}
            value={standing}
            onChange={({ target }) => setStanding(target.value as Act)}
          >
            {Object.entries(ACTS).map(([act, { name }]) => (
              <option key={act} value={act}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </ActForm>
    </Panel>
  );
}

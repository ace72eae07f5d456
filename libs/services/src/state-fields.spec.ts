import fs from 'node:fs/promises';
import { accountsProcess, fundProcess } from '@ballast/accounts-domain';
import { GLOBAL, type PartitionProcess } from '@ballast/event-sourcing';
import { intakeProcess } from '@ballast/exchange-intake-domain';
import { deleveragingProcess, liquidationProcess } from '@ballast/liquidation-domain';
import { marginGlobalProcess, marginProcess } from '@ballast/margin-domain';
import { pricingProcess } from '@ballast/pricing-domain';

const PROCESSES: Readonly<Record<string, PartitionProcess<never>>> = {
  accounts: accountsProcess,
  fund: fundProcess,
  margin: marginProcess,
  marginGlobal: marginGlobalProcess,
  liquidation: liquidationProcess,
  deleveraging: deleveragingProcess,
  pricing: pricingProcess,
  intake: intakeProcess,
} as never;

it('every field of every state says what bounds it, in docs/spec/state.md [CLR-LOG-070]', async () => {
  const table = await fs.readFile(new URL('../../../docs/spec/state.md', import.meta.url), 'utf8');
  const rows = [...table.matchAll(/^\| (`[^|]+) \| ([^|]+) \|/gm)];
  const listed = rows.flatMap(([, fields = '']) => [...fields.matchAll(/`(\w+\.\w+)`/g)].map(([, field]) => field));
  const held = Object.entries(PROCESSES).flatMap(([name, { initialState, stateForm, log }]) => {
    const state: object = initialState(log === name ? 0 : GLOBAL, 1);
    return Object.keys(state)
      .filter((field) => !(stateForm.derived ?? []).includes(field))
      .map((field) => `${name}.${field}`);
  });
  expect([...listed].sort()).toEqual([...held].sort());
  for (const [, , bound = ''] of rows) expect(bound).toMatch(/^(one|open|window|listed)(, (window|open))?$/);
});

/** Which rule of docs/spec a line of an explanation follows, by how its label reads; the first that fits. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^collateral /, 'CLR-COL-007'],
  [/^haircut of /, 'CLR-COL-001'],
  [/: size that sets the rate$/, 'CLR-MRG-030'],
  [/: (tail|cost) rate at |: rate by formula at /, 'CLR-MRG-017'],
  [/: maintenance rate$/, 'CLR-MRG-018'],
  [/: liquidation rate$/, 'CLR-MRG-016'],
  [/^(scan-risk|short-option-minimum|offset-between-)/, 'CLR-ADP-004'],
  [/^not required$/, 'CLR-MRG-067'],
  [/: (share of the (call|maintenance) requirement|maintenance share)$/, 'CLR-MRG-063'],
  [/ measured$/, 'CLR-MRG-010'],
  [/ after the rate limit$/, 'CLR-MRG-012'],
  [/ after the buffer$/, 'CLR-MRG-013'],
  [/ liquidation, (long|short) side$/, 'CLR-MRG-016'],
  [/ hourly log return$/, 'CLR-MRG-011'],
  [/^(equity|maintenance requirement|call requirement|liquidation requirement|initial requirement)$/, 'CLR-MRG-031'],
  [/^(unrealised profit|worth of|cleared withdrawals)/, 'CLR-MRG-031'],
];

export const ruleOf = (label: string): string | undefined => RULES.find(([form]) => form.test(label))?.[1];

export const CITED_RULES: readonly string[] = [...new Set(RULES.map(([, rule]) => rule))];

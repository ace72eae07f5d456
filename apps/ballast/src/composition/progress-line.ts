import { isoOf } from '@ballast/kernel';
import type { ClearingPicture, ContractsPicture } from '@ballast/read-models';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const rough = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 });
const SEPARATOR = '  ';

/**
 * Where a run stands, in one line: clearing time, marks, calls, liquidations, fund; then, as far as there is room, accounts by
 * state and contracts. What does not fit whole is left out.
 */
export function progressLine(picture: ClearingPicture, columns: number): string {
  const { HEALTHY, WARN, MARGIN_CALL, RESTRICTED, LIQUIDATING } = picture.states;
  const parts = [
    ...Object.entries(picture.marks).map(
      ([instrument, mark]) => `${instrument.replace('-PERP', '')} ${whole.format(Number(mark))}`,
    ),
    ...(picture.priceStatus === null || picture.priceStatus === 'LIVE' ? [] : [picture.priceStatus]),
    `calls ${picture.marginCalls}`,
    `liquidations ${picture.liquidations}`,
    `fund ${rough.format(Number(picture.fund.closing))} USD`,
    `accounts: healthy ${HEALTHY} warn ${WARN} call ${MARGIN_CALL} restricted ${RESTRICTED} liquidating ${LIQUIDATING}`,
    ...(picture.contracts === undefined ? [] : [contractsOf(picture.contracts)]),
  ];
  return parts.reduce(
    (line, part) => (line.length + SEPARATOR.length + part.length > columns ? line : line + SEPARATOR + part),
    isoOf(picture.clearing).slice(0, 16).replace('T', ' '),
  );
}

/** Options and futures, where there are any; a surface that is not fitted to quotes of now is worth a word. */
function contractsOf({ listed, optionPositions, portfolios, degradedNow }: ContractsPicture): string {
  const accounts = Object.values(portfolios).reduce((total, each) => total + each, 0);
  const degraded = degradedNow === 0 ? '' : ` surfaces degraded ${degradedNow}`;
  return `contracts ${listed} option positions ${optionPositions} portfolios ${accounts}${degraded}`;
}

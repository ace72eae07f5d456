import { isoOf } from '@ballast/kernel';
import type { ClearingPicture, ContractsPicture } from '@ballast/read-models';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** One line about where a run stands: clearing time, marks, accounts by state, calls, liquidations, fund. */
export function progressLine(picture: ClearingPicture): string {
  const marks = Object.entries(picture.marks)
    .map(([instrument, mark]) => `${instrument.replace('-PERP', '')} ${whole.format(Number(mark))}`)
    .join('  ');
  const { HEALTHY, WARN, MARGIN_CALL, RESTRICTED, LIQUIDATING } = picture.states;
  return [
    isoOf(picture.clearing).slice(0, 16).replace('T', ' '),
    marks + (picture.priceStatus === null || picture.priceStatus === 'LIVE' ? '' : ` ${picture.priceStatus}`),
    `healthy ${HEALTHY} warn ${WARN} call ${MARGIN_CALL} restricted ${RESTRICTED} liquidating ${LIQUIDATING}`,
    `calls ${picture.marginCalls}`,
    `liquidations ${picture.liquidations}`,
    `fund ${whole.format(Number(picture.fund.closing))}`,
    ...(picture.contracts === undefined ? [] : [contractsOf(picture.contracts)]),
  ].join(' | ');
}

/** Options and futures, where there are any; a surface that is not fitted to quotes of now is worth a word. */
function contractsOf({ listed, optionPositions, portfolios, degradedNow }: ContractsPicture): string {
  const accounts = Object.values(portfolios).reduce((total, each) => total + each, 0);
  const degraded = degradedNow === 0 ? '' : ` surfaces degraded ${degradedNow}`;
  return `contracts ${listed} option positions ${optionPositions} portfolios ${accounts}${degraded}`;
}

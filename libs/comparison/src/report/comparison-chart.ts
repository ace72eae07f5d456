import type { Comparison, WindowOutcome } from './comparison.js';

const WIDTH = 720;
const HEIGHT = 360;
const EDGE = { left: 64, right: 24, top: 40, bottom: 48 };
/** Area of a mark per percent of calm margin, square pixels. */
const AREA_PER_PERCENT = 90;

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A round number at or above the largest value, so that axes end at one. */
function niceEnd(largest: number): number {
  if (!(largest > 0)) return 1;
  let step = 1;
  while (step > largest) step /= 10;
  while (step * 10 <= largest) step *= 10;
  return [1, 2, 5, 10].map((multiple) => multiple * step).find((end) => end >= largest) ?? 10 * step;
}

/** One picture: bad debt over needless closures for every rule and window; a mark is as large as the calm margin. */
export function comparisonChart({ windows, accounts, seeds }: Comparison): string {
  const height = HEIGHT * windows.length;
  const panels = windows.map((window, index) => panel(window, HEIGHT * index));
  const caption = `${accounts} accounts, seeds ${seeds.join(', ')}; size of a mark: margin in calm; lines: 95 % interval`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height + 24}" font-family="system-ui, sans-serif" font-size="12" role="img">\n` +
    `<title>Bad debt over needless closures by rule</title>\n<rect width="100%" height="100%" fill="#ffffff"/>\n` +
    `${panels.join('')}<text x="${EDGE.left}" y="${height + 12}" fill="#444444">${escaped(caption)}</text>\n</svg>\n`
  );
}

function panel(window: WindowOutcome, top: number): string {
  const points = window.rules.map(({ rule, measures }) => ({
    rule,
    closures: measures.needlessClosures?.mean ?? 0,
    debt: measures.badDebtPerMille ?? { mean: 0, low: 0, high: 0 },
    margin: measures.calmMarginPercent?.mean ?? 0,
    on: window.frontier.on.includes(rule),
  }));
  const ends = {
    x: niceEnd(1.05 * Math.max(...points.map(({ closures }) => closures))),
    y: niceEnd(1.05 * Math.max(...points.map(({ debt }) => Math.max(debt.mean, debt.high)))),
  };
  const x = (value: number): string =>
    (EDGE.left + (Math.min(value, ends.x) / ends.x) * (WIDTH - EDGE.left - EDGE.right)).toFixed(1);
  const y = (value: number): string => {
    const share = Math.max(0, Math.min(value, ends.y)) / ends.y;
    return (top + HEIGHT - EDGE.bottom - share * (HEIGHT - EDGE.top - EDGE.bottom)).toFixed(1);
  };
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<line x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${y(share * ends.y)}" y2="${y(share * ends.y)}" stroke="#e5e5e5"/>`,
    `<text x="${EDGE.left - 8}" y="${y(share * ends.y)}" dy="4" text-anchor="end">${Number((share * ends.y).toPrecision(3))}</text>`,
    `<text x="${x(share * ends.x)}" y="${top + HEIGHT - EDGE.bottom + 16}" text-anchor="middle">${Number((share * ends.x).toPrecision(3))}</text>`,
  ]);
  const marks = points.flatMap(({ rule, closures, debt, margin, on }) => [
    `<line x1="${x(closures)}" x2="${x(closures)}" y1="${y(debt.low)}" y2="${y(debt.high)}" stroke="#888888"/>`,
    `<circle cx="${x(closures)}" cy="${y(debt.mean)}" r="${Math.sqrt((AREA_PER_PERCENT * margin) / 3).toFixed(1)}" fill="${on ? '#1f6f8b' : '#c9c9c9'}" fill-opacity="0.75" stroke="#333333"/>`,
    `<text x="${x(closures)}" y="${y(debt.mean)}" dx="12" dy="-8">${escaped(rule)} (${margin.toFixed(1)} %)</text>`,
  ]);
  const title = `${window.scenario} ${window.from} to ${window.to}`;
  return [
    `<text x="${EDGE.left}" y="${top + 20}" font-weight="bold">${escaped(title)}</text>`,
    ...ticks,
    ...marks,
    `<text x="${WIDTH - EDGE.right}" y="${top + HEIGHT - 12}" text-anchor="end">needless closures</text>`,
    `<text x="${EDGE.left}" y="${top + EDGE.top - 8}">bad debt, per mille of peak open interest</text>`,
    '',
  ].join('\n');
}

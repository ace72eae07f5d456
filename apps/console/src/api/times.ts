/** What answers of the interface call their times; a list of times has the name of one. */
const TIMES: ReadonlySet<string> = new Set([
  ...[
    'approvedAt',
    'asOf',
    'asked',
    'at',
    'believedFrom',
    'clearing',
    'dueAt',
    'endsAt',
    'expiresAt',
    'expiry',
    'from',
  ],
  ...['issuedAt', 'listedAt', 'openedAt', 'recordedAt', 'since', 'to', 'until', 'validUntil', 'wall'],
]);

/** As the interface writes every time. Ids may have this form, too: whoever chose them may have taken the time for one. */
const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

const timeIn = (value: unknown): unknown => (typeof value === 'string' && FORM.test(value) ? Date.parse(value) : value);

/** Reads an answer of the interface: times as milliseconds, which is what pages count and draw with. */
export const withTimes = <Answer>(text: string): Answer =>
  JSON.parse(text, (name, value: unknown) => {
    if (!TIMES.has(name)) return value;
    return Array.isArray(value) ? value.map(timeIn) : timeIn(value);
  }) as Answer;

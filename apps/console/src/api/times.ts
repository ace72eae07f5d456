/** As the interface writes every time; nothing else in its answers has this form. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Reads an answer of the interface: times as milliseconds, which is what pages count and draw with. */
export const withTimes = <Answer>(text: string): Answer =>
  JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && TIME.test(value) ? Date.parse(value) : value,
  ) as Answer;

/** Between two lines of a partition. */
const EVENTS_A_LINE = 10_000;

/**
 * Words for how far the index of ids of a partition was filled while it is opened: an older log is looked through from its beginning, and
 * until that is done the partition decides nothing.
 * @returns told how many further events were looked through
 */
export function indexingLines(partition: string, tell: (line: string) => void): (events: number) => void {
  let done = 0;
  return (events) => {
    const before = done;
    done += events;
    if (Math.floor(done / EVENTS_A_LINE) > Math.floor(before / EVENTS_A_LINE)) {
      tell(`${partition}: filling the index of ids, ${done} events so far`);
    }
  };
}

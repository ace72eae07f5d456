import { instantOf } from '@ballast/kernel';
import { UsageError } from '../usage-error.js';
import { explainedEnd } from './explain.action.js';

describe('what explain is asked about', () => {
  it('is the end of the logs, a time, or an event as the timeline prints it', () => {
    expect(explainedEnd({})).toBeUndefined();
    expect(explainedEnd({ at: '2020-03-12T10:25:00Z' })).toEqual({ at: instantOf('2020-03-12T10:25:00Z') });
    expect(explainedEnd({ event: 'margin/0#105' })).toEqual({ event: { log: 'margin', partition: 0, position: 105 } });
  });

  it.each([
    [{ event: 'margin/0' }, '--event must be a place such as margin/0#105'],
    [{ event: 'pricing/-1#4' }, 'is about no single account; GET /events/pricing/-1/4'],
    [{ event: 'margin/-1#65' }, 'is about no single account; GET /events/margin/-1/65'],
    [{ event: 'prices/-1#4' }, '--event must be a place such as margin/0#105'],
    [{ at: 'noon' }, '--at must be a time'],
    [{ at: '2020-03-12T10:25:00Z', event: 'margin/0#105' }, 'exclude each other'],
  ])('%j is refused', (options, why) => {
    expect(() => explainedEnd(options)).toThrow(UsageError);
    expect(() => explainedEnd(options)).toThrow(why);
  });
});

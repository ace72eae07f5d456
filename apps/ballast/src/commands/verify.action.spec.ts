import { reportText, type WholeReport } from './verify.action.js';

const sound: WholeReport = {
  events: 1_244,
  exchangeEvents: 788,
  liquidationsJudged: 11,
  checkpoints: 0,
  signers: [],
  corrections: [],
  leftOut: [],
  faults: [],
};

describe('the text of verify [CLR-LOG-043]', () => {
  it('counts the snapshots that were proved, and says of those that were not why', () => {
    expect(reportText({ ...sound, snapshots: 6, foreignSnapshots: 27 }, false).split('\n')).toEqual([
      "verified 1,244 events of the service logs, 788 of the exchange's, 11 liquidations, 6 snapshots: nothing was altered, all invariants hold",
      'passed over: 27 snapshots of another format, which no start of this release uses',
    ]);
  });

  it('names no snapshots where none was asked for, or none passed over', () => {
    expect(reportText({ ...sound, snapshots: 33, foreignSnapshots: 0 }, false)).not.toContain('passed over');
    expect(reportText(sound, false)).not.toContain('snapshots');
  });
});

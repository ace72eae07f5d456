import { awaitDatabase } from './await-database.js';
import { databaseUrlOf } from './database-url.js';

describe('the address of a database', () => {
  it.each(['postgres://u:p@host:5432/d', 'postgresql://host/d', ' postgres://host/d '])('may be %s', (text) => {
    expect(databaseUrlOf(text)).toBe(text.trim());
  });

  it.each(['', ' '])('that is empty ("%s") is not set', (text) => {
    expect(databaseUrlOf(text)).toBeUndefined();
  });

  it.each(['nonsense', 'mysql://u:secret@host/d', 'postgres://', 'postgres:host'])(
    '%s is refused with the remedy, and not repeated',
    (text) => {
      expect(() => databaseUrlOf(text)).toThrow('must be postgres://user:password@host:port/database');
      expect(() => databaseUrlOf(text)).not.toThrow('secret');
    },
  );
});

describe('a database that is not there yet', () => {
  const failing = (times: number, code: string, message = code) => {
    let asked = 0;
    return () => (++asked > times ? Promise.resolve() : Promise.reject(Object.assign(new Error(message), { code })));
  };
  const waiting = async (ask: () => Promise<unknown>, longestMs = 60_000) => {
    const lines: string[] = [];
    await awaitDatabase(ask, { place: 'host:5432', notice: (line) => lines.push(line), longestMs, pauseMs: 0 });
    return lines;
  };

  it('is waited for, with one line that says so', async () => {
    expect(await waiting(failing(5, 'ECONNREFUSED'))).toEqual(['waiting for the database at host:5432 (ECONNREFUSED)']);
    expect(await waiting(failing(0, ''))).toEqual([]);
  });

  it('is not waited for without end', async () => {
    await expect(waiting(failing(Infinity, 'ECONNREFUSED'), -1)).rejects.toThrow(
      'the database at host:5432 does not answer (ECONNREFUSED); start it, or name another',
    );
  });

  it.each(['28P01', '28000', '3D000'])('but lets nobody in (%s) is told at once', async (code) => {
    await expect(waiting(failing(1, code, 'no such user'))).rejects.toThrow('does not let us in: no such user');
  });

  it('is no excuse for a defect of ours', async () => {
    await expect(waiting(failing(1, '42601', 'syntax error'))).rejects.toThrow(/^syntax error$/);
  });
});

import { StoreWatch, isStoreFailure } from './store-watch.js';

const failure = (code: string): Error => Object.assign(new Error(`it is ${code}`), { code });

describe('a store that fails', () => {
  it('is in trouble from the first append that fails until one is taken', () => {
    let wall = 1_000;
    const watch = new StoreWatch(() => wall);
    expect([watch.trouble(), watch.stuckMs]).toEqual([null, 0]);
    watch.appendFailed(failure('53100'));
    wall += 4_000;
    watch.appendFailed(failure('53100'));
    expect([watch.trouble(), watch.stuckMs]).toEqual(['the store takes nothing that is written (it is 53100)', 4_000]);
    watch.appended();
    expect([watch.trouble(), watch.stuckMs]).toEqual([null, 0]);
  });

  it('is in trouble for some seconds after a question that failed', () => {
    let wall = 1_000;
    const watch = new StoreWatch(() => wall);
    watch.questionFailed(failure('ECONNREFUSED'));
    expect(watch.trouble()).toBe('the store does not answer (it is ECONNREFUSED)');
    wall += 5_001;
    expect(watch.trouble()).toBeNull();
  });

  it.each`
    code              | store    | why
    ${'ECONNREFUSED'} | ${true}  | ${'the server is away'}
    ${'57P01'}        | ${true}  | ${'it is being stopped'}
    ${'53100'}        | ${true}  | ${'its disk is full'}
    ${'58P01'}        | ${true}  | ${'its files are gone'}
    ${'XX000'}        | ${true}  | ${'its files are damaged'}
    ${'42P01'}        | ${false} | ${'the statement is wrong: a defect of ours'}
    ${'23505'}        | ${false} | ${'a rule of the data'}
  `('$code is a failure of the store: $store ($why)', ({ code, store }: { code: string; store: boolean }) => {
    expect(isStoreFailure(failure(code))).toBe(store);
  });
});

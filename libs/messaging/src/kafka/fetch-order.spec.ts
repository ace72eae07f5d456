import { FetchOrder } from './fetch-order.js';

describe('the order in which partitions are asked for', () => {
  it('begins with each of them in turn, however few another broker leads that is asked in between', () => {
    const order = new FetchOrder();
    const firsts = Array.from({ length: 8 }, () => {
      const [first] = order.next('a', ['0', '1', '2', '3', '4', '5', '6', '7']);
      order.next('b', ['8', '9']);
      return first;
    });
    expect(firsts).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(order.next('b', ['8', '9'])).toEqual(['8', '9']);
    expect(order.next('b', ['8', '9'])).toEqual(['9', '8']);
  });

  it('goes on within those that are wanted when they become fewer', () => {
    const order = new FetchOrder();
    for (const _ of '123') order.next('a', ['0', '1', '2']);
    expect(order.next('a', ['0', '1'])).toEqual(['1', '0']);
  });
});

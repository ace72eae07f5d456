import { dec, roundUsd } from '@ballast/kernel';

/** An amount of USD for reading: always two digits. The data has all of them. */
export const cents = (amount: string): string => roundUsd(dec(amount), 'neutral').toFixed(2);

export const usd = (amount: string): string => `${cents(amount)} USD`;

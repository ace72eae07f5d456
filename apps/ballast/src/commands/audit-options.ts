import { wholeNumber } from '../composition/store-options.js';

/** Of the commands that read whole logs. */
export const workers = wholeNumber(1, 256);
export const WORKERS = 'threads that work at the same time; the report is the same';
export const PROGRESS =
  'note here what is found sound, and go on from there when the file is there; it holds for these logs and this build only';

import type { Place } from '@ballast/facts';

export const placeOf = ({ partition, position }: Place): Place => ({ partition, position });

export const samePlace = (a: Place, b: Place): boolean => a.partition === b.partition && a.position === b.position;

export const placeName = ({ partition, position }: Place): string => `${partition}/${position}`;

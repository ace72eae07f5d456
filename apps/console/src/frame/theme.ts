import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

const KEY = 'ballast-theme';
const listeners = new Set<() => void>();

const present = (): Theme => (document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light');

/** What the reader chose, or what the system says. */
export function startTheme(): void {
  const chosen = localStorage.getItem(KEY);
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset['theme'] = chosen === 'dark' || chosen === 'light' ? chosen : system;
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  document.documentElement.dataset['theme'] = theme;
  for (const listener of listeners) listener();
}

export const useTheme = (): Theme =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, present);

/** A colour of the theme in force, for what is drawn on a canvas. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

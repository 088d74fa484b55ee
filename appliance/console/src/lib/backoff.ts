/** Waiting time before the n-th attempt (n from 0), doubling from half a second to 15 s, spread by ±25 % so that a
 *  thousand desktops do not come back in the same instant. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.75 + random() * 0.5));
}

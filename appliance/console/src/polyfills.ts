// What the libraries use and Chromium 86 lacks: Array.at and String.at (92), Object.hasOwn (93).
interface Lengthy<T> {
  readonly length: number;
  readonly [i: number]: T;
}

function at<T>(this: Lengthy<T>, index: number): T | undefined {
  const i = Math.trunc(index) || 0;
  return this[i < 0 ? this.length + i : i];
}

for (const p of [Array.prototype, String.prototype]) {
  if (!('at' in p)) Object.defineProperty(p, 'at', { value: at, writable: true, configurable: true });
}
if (!('hasOwn' in Object)) {
  Object.defineProperty(Object, 'hasOwn', {
    value: (o: object, k: PropertyKey) => Object.prototype.hasOwnProperty.call(o, k),
    writable: true,
    configurable: true,
  });
}

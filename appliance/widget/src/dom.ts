// Elements without a framework.

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, className = '', text = ''): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text) e.textContent = text;
  return e;
}

/** A small button below a bubble. */
export function linkButton(text: string, act: () => void): HTMLButtonElement {
  const b = el('button', 'link', text);
  b.type = 'button';
  b.onclick = act;
  return b;
}

/** Makes this the only child. */
export function put(parent: Element, child: Element): void {
  parent.textContent = '';
  parent.append(child);
}

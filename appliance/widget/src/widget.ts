// The one line a bank puts on its page: <script src="https://chat.bank.example/widget.js" async></script>
// It draws a button and, when pressed, a frame with the chat. Everything of the chat lives in the frame, on the
// appliance's own origin; the page sees nothing of it but "open", "close" and the number of unread messages.
//
// Attributes of the script tag: data-lang="zh-CN|en", data-color="#1f5a96", data-bottom="24" (px), data-title.
// Before or after loading, the page may say who the visitor is: window.guitai.identify({ display_name, phone }).
import type { FromChat, Identity, ToChat } from './protocol';

(function guitai(): void {
  const me = document.currentScript as HTMLScriptElement | null;
  if (!me || document.getElementById('guitai-launcher')) return;
  const origin = new URL(me.src, location.href).origin;
  const lang = me.dataset.lang === 'en' ? 'en' : 'zh-CN';
  const color = /^#[0-9a-f]{6}$/i.test(me.dataset.color ?? '') ? (me.dataset.color as string) : '#1f5a96';
  const bottom = Math.max(0, Number(me.dataset.bottom) || 24);
  const text = lang === 'en' ? { open: 'Customer service', close: 'Close the chat' } : { open: '在线客服', close: '收起客服窗口' };
  const title = me.dataset.title || text.open;
  let frame: HTMLIFrameElement | null = null;
  let shown = false;
  let identity: Identity = {};

  // Styles are set through the object model only: the bank's page may forbid inline styles.
  function style(el: HTMLElement, rules: Partial<CSSStyleDeclaration>): void {
    Object.assign(el.style, rules);
  }
  function svg(path: string): SVGSVGElement {
    const ns = 'http://www.w3.org/2000/svg';
    const s = document.createElementNS(ns, 'svg');
    s.setAttribute('viewBox', '0 0 24 24');
    s.setAttribute('width', '26');
    s.setAttribute('height', '26');
    s.setAttribute('fill', 'none');
    s.setAttribute('stroke', 'currentColor');
    s.setAttribute('stroke-width', '2');
    s.setAttribute('stroke-linecap', 'round');
    s.setAttribute('stroke-linejoin', 'round');
    s.setAttribute('aria-hidden', 'true');
    const p = document.createElementNS(ns, 'path');
    p.setAttribute('d', path);
    s.append(p);
    return s;
  }

  const button = document.createElement('button');
  button.type = 'button';
  button.id = 'guitai-launcher';
  style(button, {
    position: 'fixed', right: '24px', bottom: `${bottom}px`, zIndex: '2147483000', height: '52px', padding: '0 20px 0 16px', border: '0', borderRadius: '26px',
    background: color, color: '#fff', fontSize: '15px', fontFamily: 'inherit', display: 'flex', alignItems: 'center', cursor: 'pointer', boxShadow: '0 6px 22px rgba(15,35,60,.28)',
  });
  const label = document.createElement('span');
  style(label, { marginLeft: '8px' });
  label.textContent = title;
  const badge = document.createElement('span');
  style(badge, {
    position: 'absolute', top: '-5px', right: '-3px', minWidth: '20px', height: '20px', lineHeight: '20px', borderRadius: '10px', padding: '0 6px', boxSizing: 'border-box',
    background: '#d9523f', color: '#fff', fontSize: '12px', textAlign: 'center', display: 'none',
  });
  button.append(svg('M4 5h16v11H11l-5 4v-4H4z'), label, badge);
  button.setAttribute('aria-label', text.open);
  button.setAttribute('aria-expanded', 'false');

  function send(message: ToChat): void {
    frame?.contentWindow?.postMessage(message, origin);
  }

  function place(): void {
    if (!frame) return;
    const small = innerWidth < 520 || innerHeight < 480;
    style(frame, small
      ? { right: '0', bottom: '0', width: '100%', height: '100%', borderRadius: '0' }
      : { right: '24px', bottom: `${bottom}px`, width: '384px', height: `${Math.min(640, innerHeight - bottom - 24)}px`, borderRadius: '14px' });
  }

  function show(): void {
    if (!frame) {
      frame = document.createElement('iframe');
      frame.title = title;
      frame.src = `${origin}/chat-window?lang=${lang}`;
      frame.setAttribute('referrerpolicy', 'no-referrer');
      style(frame, { position: 'fixed', zIndex: '2147483001', border: '0', background: '#fff', boxShadow: '0 12px 44px rgba(15,35,60,.26)', colorScheme: 'light' });
      document.body.append(frame);
    }
    place();
    frame.style.display = 'block';
    button.style.display = 'none';
    button.setAttribute('aria-expanded', 'true');
    shown = true;
    count(0);
    send({ guitai: 'shown', shown: true });
    frame.focus();
  }

  function hide(): void {
    if (frame) frame.style.display = 'none';
    button.style.display = 'flex';
    button.setAttribute('aria-expanded', 'false');
    shown = false;
    send({ guitai: 'shown', shown: false });
    button.focus();
  }

  function count(n: number): void {
    badge.textContent = n > 99 ? '99+' : String(n);
    badge.style.display = n > 0 ? 'block' : 'none';
  }

  addEventListener('message', (e: MessageEvent<FromChat>) => {
    if (!frame || e.source !== frame.contentWindow || e.origin !== origin || !e.data || typeof e.data.guitai !== 'string') return;
    if (e.data.guitai === 'ready') {
      // The page's address without query and fragment: those may carry what the customer typed elsewhere.
      send({ guitai: 'hello', page_url: location.origin + location.pathname, color, title, ...identity });
      send({ guitai: 'shown', shown });
    } else if (e.data.guitai === 'close') {
      hide();
    } else if (e.data.guitai === 'unread' && !shown) {
      count(e.data.count);
    }
  });
  addEventListener('resize', place);
  button.addEventListener('click', show);

  (window as unknown as { guitai: unknown }).guitai = {
    open: show,
    close: hide,
    identify: (who: Identity) => {
      identity = { display_name: who.display_name, phone: who.phone };
    },
  };
  if (document.body) document.body.append(button);
  else addEventListener('DOMContentLoaded', () => document.body.append(button));
})();

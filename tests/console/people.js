// The browser, the people in it, and where things are.
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; see README.md`);
  return value.replace(/\/+$/, '');
}

function accounts() {
  const text = required('GUITAI_ACCOUNTS');
  return JSON.parse(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text);
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const at = {
  staff: required('GUITAI_STAFF_URL'),
  customers: required('GUITAI_CUSTOMERS_URL'),
  admin: required('GUITAI_ADMIN_URL'),
  accounts: accounts(),
  wav: process.env.GUITAI_CALL_WAV ?? here('../../appliance/demo/calls/wealth.wav'),
  cdr: process.env.GUITAI_CALL_CDR ?? here('../../appliance/demo/calls/wealth.cdr.json'),
  question: process.env.GUITAI_QUESTION ?? '手机银行一天最多能转多少钱',
  unanswerable: process.env.GUITAI_UNANSWERABLE ?? '火星明天会下雨吗',
  wait: Number(process.env.GUITAI_WAIT_S ?? 60) * 1000,
};

const shots = process.env.GUITAI_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

/** Script errors and refusals of the content security policy, of every page. */
export const faults = [];

let browser;
export async function openBrowser() {
  browser = await chromium.launch({
    executablePath: process.env.GUITAI_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
export async function closeBrowser() {
  await browser?.close();
}

/** A page in a context of its own: cookies of one person never reach another. */
export async function person(name, size = { width: 1366, height: 768 }) {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (e) => faults.push(`${name}: ${e.message}`));
  page.on('console', (m) => {
    if (/Content Security Policy/i.test(m.text())) faults.push(`${name}: ${m.text()}`);
  });
  return page;
}

let taken = 0;
export async function shot(page, name) {
  if (!shots) return;
  taken += 1;
  await page.screenshot({ path: join(shots, `${String(taken).padStart(2, '0')}-${name}.png`) });
}

/** Signs in; a first sign-in changes the password and remembers the new one. */
export async function signIn(page, who, url = at.staff) {
  await page.goto(`${url}/`);
  await page.getByTestId('login').fill(who.login);
  await page.getByTestId('password').fill(who.password);
  await page.getByTestId('sign-in').click();
  const forced = page.getByTestId('forced-password');
  await page.getByTestId('account-menu').or(forced).waitFor();
  if (await forced.isVisible()) {
    const next = `Sign-${Math.random().toString(36).slice(2, 8)}-In9`;
    await page.getByTestId('password-current').fill(who.password);
    await page.getByTestId('password-new').fill(next);
    await page.getByTestId('password-repeat').fill(next);
    await page.getByTestId('password-submit').click();
    who.password = next;
    const login = page.getByTestId('login');
    await page.getByTestId('account-menu').or(login).waitFor();
    if (await login.isVisible()) await signIn(page, who, url);
  }
}

/** Waits until `ask` gives something true, asking again and again. */
export async function until(what, ask, limit = at.wait) {
  const end = Date.now() + limit;
  for (;;) {
    const got = await ask();
    if (got) return got;
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s in vain: ${what}`);
    await new Promise((r) => setTimeout(r, 250));
  }
}

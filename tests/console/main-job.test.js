// The main job, end to end, in a real browser. Steps build on each other and run in order.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { at, closeBrowser, faults, openBrowser, person, shot, signIn, until } from './people.js';

// Letters only: numbers are masked in previews.
const token = Array.from({ length: 8 }, () => 'bcdfghjkmnpqrstvwxz'[Math.floor(Math.random() * 19)]).join('');
const callId = `browser-${Date.now()}`;

describe('the main job', { concurrency: false }, () => {
  let customer, chat, agent, inspector, supervisor, auditor;

  before(openBrowser);
  after(closeBrowser);

  it('the agent signs in and becomes ready', async () => {
    agent = await person('agent');
    await signIn(agent, at.accounts.agent);
    await agent.getByTestId('menu-inbox').click();
    await agent.getByTestId('agent-ready').click();
    await agent.locator('[data-testid=agent-ready][aria-checked=true]').waitFor();
    assert.equal(await agent.getByTestId('connection-banner').count(), 0);
    await shot(agent, 'agent-ready');
  });

  it('a wrong password is refused with a word about locking', async () => {
    const page = await person('stranger');
    await page.goto(`${at.staff}/`);
    await page.getByTestId('login').fill(`nobody-${token}`);
    await page.getByTestId('password').fill('not-the-password');
    await page.getByTestId('sign-in').click();
    await page.getByTestId('sign-in-error').waitFor();
    assert.match(await page.getByTestId('sign-in-error').innerText(), /锁定/);
    await page.context().close();
  });

  it('a customer opens the chat on the bank’s page and is told that it is AI', async () => {
    customer = await person('customer', { width: 1180, height: 800 });
    await customer.goto(`${at.customers}/demo`);
    await customer.locator('#guitai-launcher').click();
    chat = customer.frameLocator('iframe');
    await chat.getByTestId('chat-input').waitFor();
    await chat.getByTestId('ai-notice').waitFor();
    assert.match(await chat.getByTestId('ai-notice').innerText(), /AI|人工智能|智能/);
    await shot(customer, 'customer-notice');
  });

  it('asks, and gets an answer with its source and the AI label', async () => {
    await chat.getByTestId('chat-input').fill(at.question);
    await chat.getByTestId('chat-send').click();
    const answer = chat.locator('[data-testid=message-bot][data-kind=answer]').first();
    await answer.waitFor({ timeout: at.wait });
    assert.match(await answer.getByTestId('ai-label').innerText(), /AI 生成/);
    await answer.getByTestId('citations').locator('summary').click();
    assert.ok((await answer.locator('.source q').first().innerText()).length > 4, 'the source is quoted');
    await shot(customer, 'customer-answer');
  });

  it('asks what no article knows, and is refused with a way to a person', async () => {
    await chat.getByTestId('chat-input').fill(at.unanswerable);
    await chat.getByTestId('chat-input').press('Enter');
    const refusal = chat.locator('[data-testid=message-bot][data-kind=refusal]').first();
    await refusal.waitFor({ timeout: at.wait });
    assert.equal(await refusal.getByTestId('citations').count(), 0);
    await refusal.getByTestId('refusal-person').waitFor();
    await shot(customer, 'customer-refusal');
  });

  it('asks for a person and is handed over', async () => {
    await chat.getByTestId('request-agent').click();
    await until('the chat leaves the bot', async () => /queued|active/.test((await chat.getByTestId('chat-status').getAttribute('data-state')) ?? ''));
    await chat.getByTestId('chat-input').fill(`我的暗号是 ${token}`);
    await chat.getByTestId('chat-input').press('Enter');
    await chat.locator('[data-testid=message-customer]', { hasText: token }).waitFor();
  });

  it('the agent sees the conversation with its whole context', async () => {
    const item = agent.getByTestId('conversation-item').filter({ hasText: token });
    const taken = await until('the conversation reaches the agent', async () => (await item.count()) > 0 || null, 20_000).catch(() => null);
    if (!taken) {
      // Not assigned by itself (someone else may be ready as well): take it from the queue.
      await agent.getByTestId('box-queued').click();
      await item.first().click({ timeout: at.wait });
      await agent.getByTestId('accept').click();
      await agent.getByTestId('box-mine').click();
    }
    await item.first().click();
    const thread = agent.getByTestId('thread');
    await thread.getByText(at.question).first().waitFor();
    await thread.getByText(at.unanswerable).first().waitFor();
    await thread.getByText(token).first().waitFor();
    assert.ok((await thread.getByTestId('message-bot').count()) >= 2, 'both of the bot’s turns are there');
    assert.match(await thread.getByTestId('message-bot').first().innerText(), /AI 生成/);
    assert.match(await thread.innerText(), /转人工/);
    await shot(agent, 'agent-context');
  });

  it('the agent’s reply reaches the customer, and the draft of another sentence stays', async () => {
    await agent.getByTestId('composer').fill('您好，我是人工坐席，请问有什么可以帮您？');
    await agent.getByTestId('composer').press('Enter');
    await chat.getByTestId('message-agent').filter({ hasText: '我是人工坐席' }).waitFor();
    assert.equal(await agent.getByTestId('unsent').count(), 0);
    assert.equal(await chat.getByTestId('message-agent').getByTestId('ai-label').count(), 0, 'a person’s words carry no AI label');
    await chat.getByTestId('chat-input').fill('我要投诉转账没有到账');
    await chat.getByTestId('chat-input').press('Enter');
    await agent.getByTestId('thread').getByText('我要投诉转账没有到账').waitFor();
    await agent.getByTestId('composer').fill('写到一半的草稿');
    await agent.getByTestId('menu-tickets').click();
    await agent.getByTestId('tickets-table').waitFor();
    await agent.getByTestId('menu-inbox').click();
    await agent.getByTestId('conversation-item').filter({ hasText: '草稿' }).first().click();
    assert.equal(await agent.getByTestId('composer').inputValue(), '写到一半的草稿');
    await agent.getByTestId('composer').fill('');
    await shot(customer, 'customer-agent');
  });

  it('a picture and a document go both ways, and what cannot be sent is said at once', async () => {
    const picture = await customer.screenshot();
    await chat.getByTestId('attach-files').setInputFiles([
      { name: '转账截图.png', mimeType: 'image/png', buffer: picture },
      { name: '合同.zip', mimeType: 'application/zip', buffer: Buffer.from('PK\x03\x04') },
    ]);
    await chat.getByTestId('chat-fault').getByText('“合同.zip”不能发送：只支持 PNG、JPEG 图片和 PDF 文件').waitFor();
    const seen = agent.getByTestId('thread').getByTestId('attachment-picture');
    await seen.waitFor();
    await until('the picture is loaded', () => seen.locator('img').evaluate((img) => img.complete && img.naturalWidth > 0), 15_000);
    await agent.getByTestId('conversation-item').filter({ hasText: '[图片] 转账截图.png' }).waitFor();
    await seen.click();
    await agent.getByTestId('picture-dialog').waitFor();
    await shot(agent, 'agent-picture');
    await agent.keyboard.press('Escape');
    await agent.getByTestId('picture-dialog').waitFor({ state: 'detached' });

    const paper = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
    await agent.getByTestId('attach-files').setInputFiles({ name: '转账协议.pdf', mimeType: 'application/pdf', buffer: paper });
    const card = chat.getByTestId('message-agent').getByTestId('attachment-file');
    await card.filter({ hasText: '转账协议.pdf' }).waitFor();
    const [saved] = await Promise.all([customer.waitForEvent('download'), card.click()]);
    assert.equal(saved.suggestedFilename(), '转账协议.pdf');
    assert.deepEqual(readFileSync(await saved.path()), paper);
    assert.equal(await agent.getByTestId('unsent').count(), 0);
    await shot(customer, 'customer-attachments');
    await shot(agent, 'agent-attachments');
  });

  it('a session that ends keeps the draft, and signing in again in place goes on', async () => {
    const draft = `稍等，我核对一下 ${token}`;
    await agent.getByTestId('composer').fill(draft);
    // Ended elsewhere: the page itself has not asked for it.
    await agent.evaluate(() => fetch('/api/v1/session', { method: 'DELETE', headers: { 'X-Requested-With': 'guitai' } }));
    const dialog = agent.getByTestId('sign-in-again');
    await dialog.waitFor();
    await shot(agent, 'agent-sign-in-again');
    await dialog.getByTestId('password').fill(at.accounts.agent.password);
    await dialog.getByTestId('sign-in').click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await agent.getByTestId('composer').inputValue(), draft);
    await agent.getByTestId('send').click();
    await chat.getByText(draft).waitFor();
  });

  it('the agent opens a ticket that is filled in already', async () => {
    await agent.getByTestId('open-ticket').click();
    await agent.getByTestId('ticket-subject').waitFor();
    assert.ok((await agent.getByTestId('ticket-subject').inputValue()).length > 3);
    assert.match(await agent.getByTestId('ticket-description').inputValue(), new RegExp(token));
    await agent.getByTestId('ticket-subject').fill(`转账未到账 ${token}`);
    await shot(agent, 'agent-ticket');
    await agent.getByTestId('ticket-submit').click();
    await agent.getByText(/工单 T\d{8}-\d{6} 已创建/).waitFor();
    await agent.getByTestId('panel-ticket').filter({ hasText: token }).waitFor();
  });

  it('and closes with a summary; the customer may start again', async () => {
    await agent.getByTestId('close-conversation').click();
    await agent.getByTestId('close-text').fill('客户咨询转账限额，另有一笔转账未到账，已开工单。');
    await agent.getByTestId('close-submit').click();
    await chat.getByTestId('chat-ended').waitFor();
    await chat.getByTestId('start-again').waitFor();
    await shot(customer, 'customer-ended');
    await shot(agent, 'agent-closed');
  });

  it('the ticket goes its way', async () => {
    await agent.getByTestId('menu-tickets').click();
    await agent.getByText(`转账未到账 ${token}`).first().click();
    await agent.getByTestId('ticket-timeline').waitFor();
    await agent.getByTestId('ticket-comment').fill('已联系清算');
    await agent.getByTestId('ticket-comment-submit').click();
    await agent.getByTestId('ticket-timeline').getByText('已联系清算').waitFor();
    await agent.getByTestId('to-in_progress').click();
    await agent.getByTestId('transition-submit').click();
    await until('the state changes', async () => (await agent.getByTestId('ticket-state').innerText()).includes('处理中'), 15_000);
    await shot(agent, 'ticket');
  });

  it('the inspector uploads a call and reads its transcript under the demo warning', async () => {
    inspector = await person('inspector');
    await signIn(inspector, at.accounts.inspector);
    await inspector.getByTestId('menu-recordings').click();
    await inspector.getByTestId('upload').click();
    const cdr = { ...JSON.parse(readFileSync(at.cdr, 'utf8')), call_id: callId };
    await inspector.getByTestId('upload-files').setInputFiles([
      { name: 'call.wav', mimeType: 'audio/wav', buffer: readFileSync(at.wav) },
      { name: 'call.cdr.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(cdr)) },
    ]);
    await shot(inspector, 'upload');
    await inspector.getByTestId('upload-submit').click();
    await inspector.getByTestId('waveform').waitFor();
    await inspector.getByTestId('segment').first().waitFor({ timeout: at.wait * 2 });
    assert.match(await inspector.getByTestId('demo-model').innerText(), /演示模型，识别结果不代表真实准确率/);
    await inspector.getByTestId('segment').nth(1).locator('button').first().click();
    assert.notEqual((await inspector.getByTestId('position').innerText()).split(' / ')[0], '0:00.0', 'a line seeks');
    await shot(inspector, 'transcript');
  });

  it('may not play it before somebody else has agreed', async () => {
    await inspector.getByTestId('request-playback').click();
    await inspector.getByTestId('grant-text').fill(`投诉复核 ${token}`);
    await inspector.getByTestId('grant-submit').click();
    await inspector.getByTestId('grant-pending').waitFor();
    supervisor = await person('supervisor');
    await signIn(supervisor, at.accounts.supervisor);
    await supervisor.getByTestId('menu-approvals').click();
    const request = supervisor.getByTestId('approval').filter({ hasText: token });
    await request.getByTestId('approve').click();
    await shot(supervisor, 'approval');
    await supervisor.getByTestId('decision-text').fill('同意');
    await supervisor.getByTestId('decision-submit').click();
    await inspector.getByTestId('grant').waitFor({ timeout: at.wait });
    await play(inspector);
    await shot(inspector, 'playing');
  });

  it('opens the inspection: every deduction quotes its sentence and second', async () => {
    await inspector.getByTestId('to-inspection').click({ timeout: at.wait });
    await inspector.getByTestId('score').waitFor();
    const findings = inspector.getByTestId('finding');
    await findings.first().waitFor();
    const count = await findings.count();
    let quoted = 0;
    for (let i = 0; i < count; i += 1) {
      const quote = findings.nth(i).getByTestId('finding-quote');
      const when = findings.nth(i).getByTestId('finding-at');
      if ((await quote.count()) > 0 && (await when.count()) > 0 && /\d+:\d\d\.\d/.test(await when.innerText())) quoted += 1;
    }
    assert.ok(quoted > 0, 'at least one deduction names sentence and second');
    const placed = findings.filter({ has: inspector.getByTestId('finding-at') }).first();
    const second = /(\d+:\d\d\.\d)/.exec(await placed.getByTestId('finding-at').innerText())[1];
    await placed.getByTestId('finding-at').click();
    await until('the playhead stands there', async () => (await inspector.getByTestId('position').innerText()).startsWith(second), 5_000);
    await shot(inspector, 'inspection');
  });

  it('claims it, plays it, and confirms it', async () => {
    await inspector.getByTestId('claim').click();
    await until('the task is the inspector’s', async () => (await inspector.getByTestId('inspection-state').innerText()).includes('复核中'), 15_000);
    await inspector.getByTestId('grant').waitFor();
    await play(inspector);
    await inspector.getByTestId('confirm-inspection').click();
    await inspector.getByTestId('confirm-text').fill('情况属实');
    await inspector.getByTestId('confirm-submit').click();
    await until('it is confirmed', async () => (await inspector.getByTestId('inspection-state').innerText()).includes('已确认'), 15_000);
    await shot(inspector, 'confirmed');
  });

  it('the auditor finds these acts', async () => {
    auditor = await person('auditor');
    await signIn(auditor, at.accounts.auditor);
    const rows = auditor.getByTestId('audit-table').locator('tbody tr');
    for (const [who, name] of [['agent', 'agent'], ['inspector', 'inspector']]) {
      await auditor.getByTestId('audit-actor').fill(at.accounts[who].login);
      await auditor.getByTestId('audit-search').click();
      await until(`acts of the ${name}`, async () => (await rows.count()) > 0, 15_000);
    }
    await shot(auditor, 'audit');
    await rows.first().click();
    await auditor.getByText('审计记录', { exact: true }).waitFor();
    await shot(auditor, 'audit-record');
    await auditor.keyboard.press('Escape');
  });

  it('presses verify, and it is green', async () => {
    await auditor.getByTestId('verify').click();
    const result = auditor.getByTestId('verification');
    await result.waitFor({ timeout: at.wait });
    assert.equal(await result.getAttribute('data-ok'), 'true', await result.innerText());
    assert.match(await result.innerText(), /校验通过/);
    await shot(auditor, 'verified');
  });

  it('the security administrator makes an account, and its owner must change the password', async () => {
    const admin = await person('secadmin');
    await signIn(admin, at.accounts.secadmin, at.admin);
    await admin.getByTestId('new-account').click();
    await admin.getByTestId('account-login').fill(`agent-${token}`);
    await admin.getByTestId('account-name').fill('新坐席');
    await admin.getByTestId('role-agent').click();
    await admin.getByTestId('account-submit').click();
    const password = (await admin.getByTestId('otp').innerText()).trim();
    assert.ok(password.length >= 8);
    await shot(admin, 'one-time-password');
    await admin.getByTestId('otp-done').click();
    await admin.getByTestId('otp').waitFor({ state: 'hidden' });
    const fresh = await person('new agent');
    await fresh.goto(`${at.staff}/`);
    await fresh.getByTestId('login').fill(`agent-${token}`);
    await fresh.getByTestId('password').fill(password);
    await fresh.getByTestId('sign-in').click();
    await fresh.getByTestId('forced-password').waitFor();
    await shot(fresh, 'forced-password');
  });

  it('nothing went wrong on any page on the way', () => {
    assert.deepEqual(faults, []);
  });
});

async function play(page) {
  const button = page.getByTestId('play');
  const position = async () => (await page.getByTestId('position').innerText()).split(' / ')[0];
  const from = await position();
  await button.click();
  await page.locator('[data-testid=play][data-playing=true]').waitFor();
  await until('the playhead moves', async () => (await position()) !== from, 10_000);
  await button.click();
  await page.locator('[data-testid=play][data-playing=false]').waitFor();
}

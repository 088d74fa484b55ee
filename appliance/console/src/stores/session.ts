import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { firstPage, mayDo, maySee, type Act, type Page } from '@/app/access';
import { api, call, onSessionEnded } from '@/api/client';
import { ApiError, asApiError } from '@/api/errors';
import type { Role, Session, Zone } from '@/api/types';

export const useSession = defineStore('session', () => {
  const zone = ref<Zone | null>(null);
  const session = ref<Session | null>(null);
  /** Signed in before, and the server has ended it: the dialog asks to sign in again over the page as it is. */
  const ended = ref(false);
  /** Why the page could not begin. */
  const failure = shallowRef<ApiError | null>(null);
  let waiting: { promise: Promise<boolean>; resolve: (again: boolean) => void } | null = null;

  const account = computed(() => session.value?.account ?? null);
  const roles = computed<Role[]>(() => account.value?.roles ?? []);
  const permissions = computed(() => session.value?.permissions ?? []);
  const zoneName = computed(() => zone.value?.zone);

  onSessionEnded(() => {
    if (!session.value) return Promise.resolve(false);
    return reauthenticate();
  });

  /** Shows the dialog once, however many requests meet the ended session, and tells them all how it went. */
  function reauthenticate(): Promise<boolean> {
    if (!waiting) {
      let resolve: (again: boolean) => void = () => undefined;
      const promise = new Promise<boolean>((r) => (resolve = r));
      waiting = { promise, resolve };
      ended.value = true;
    }
    return waiting.promise;
  }

  function settle(again: boolean): void {
    ended.value = false;
    waiting?.resolve(again);
    waiting = null;
  }

  /** Learns where this page is and whether somebody is signed in. */
  async function begin(): Promise<void> {
    failure.value = null;
    try {
      zone.value = await call(api.GET('/api/v1/zone'));
      session.value = await present();
    } catch (e) {
      zone.value = null;
      failure.value = asApiError(e);
    }
  }

  async function present(): Promise<Session | null> {
    try {
      return await call(api.GET('/api/v1/session'));
    } catch (e) {
      if (e instanceof ApiError && e.status === 401) return null;
      throw e;
    }
  }

  async function signIn(login: string, password: string): Promise<void> {
    const s = await call(api.POST('/api/v1/session', { body: { login, password } }));
    // Someone else signing in must not find the first person's pages and drafts.
    const stranger = session.value !== null && session.value.account.id !== s.account.id;
    session.value = s;
    if (stranger) location.reload();
    else settle(true);
  }

  async function signOut(): Promise<void> {
    try {
      await call(api.DELETE('/api/v1/session'));
    } catch (e) {
      if (!(e instanceof ApiError) || e.status !== 401) throw e;
    }
    forget();
  }

  /** Leaves without the server: the session is gone already. */
  function forget(): void {
    session.value = null;
    settle(false);
  }

  async function changePassword(current_password: string, new_password: string): Promise<void> {
    await call(api.POST('/api/v1/session/password', { body: { current_password, new_password } }));
    session.value = await present();
  }

  return {
    zone, session, ended, failure, account, roles, zoneName,
    begin, signIn, signOut, forget, changePassword, reauthenticate,
    sees: (page: Page) => maySee(page, zoneName.value, permissions.value),
    may: (act: Act) => mayDo(act, permissions.value),
    home: () => firstPage(zoneName.value, permissions.value),
  };
});

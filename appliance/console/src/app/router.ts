// Addresses stand after `#`: the server then serves one page, and needs no rule that answers unknown paths with it.
// No address ever carries a name, a number or a search word, only record ids.
import { createRouter, createWebHashHistory, type Router } from 'vue-router';
import type { Page } from './access';
import { useSession } from '@/stores/session';

declare module 'vue-router' {
  interface RouteMeta {
    page?: Page;
    /** Reachable without being signed in. */
    open?: boolean;
  }
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/', name: 'home', component: () => import('@/views/HomeView.vue') },
      { path: '/sign-in', name: 'sign-in', meta: { open: true }, component: () => import('@/views/SignInView.vue') },
      { path: '/password', name: 'password', component: () => import('@/views/PasswordView.vue') },
      { path: '/inbox/:id?', name: 'inbox', meta: { page: 'inbox' }, component: () => import('@/views/InboxView.vue') },
      { path: '/tickets', name: 'tickets', meta: { page: 'tickets' }, component: () => import('@/views/TicketsView.vue') },
      { path: '/tickets/:id', name: 'ticket', meta: { page: 'tickets' }, component: () => import('@/views/TicketView.vue') },
      { path: '/conversations/:id', name: 'conversation', component: () => import('@/views/ConversationView.vue') },
      { path: '/recordings', name: 'recordings', meta: { page: 'recordings' }, component: () => import('@/views/RecordingsView.vue') },
      { path: '/recordings/:id', name: 'recording', meta: { page: 'recordings' }, component: () => import('@/views/RecordingView.vue') },
      { path: '/inspections', name: 'inspections', meta: { page: 'inspections' }, component: () => import('@/views/InspectionsView.vue') },
      { path: '/inspections/:id', name: 'inspection', meta: { page: 'inspections' }, component: () => import('@/views/InspectionView.vue') },
      { path: '/approvals', name: 'approvals', meta: { page: 'approvals' }, component: () => import('@/views/ApprovalsView.vue') },
      { path: '/knowledge', name: 'knowledge', meta: { page: 'knowledge' }, component: () => import('@/views/KnowledgeView.vue') },
      { path: '/knowledge/:id', name: 'article', meta: { page: 'knowledge' }, component: () => import('@/views/ArticleView.vue') },
      { path: '/search', name: 'search', meta: { page: 'search' }, component: () => import('@/views/SearchView.vue') },
      { path: '/audit', name: 'audit', meta: { page: 'audit' }, component: () => import('@/views/AuditView.vue') },
      { path: '/accounts', name: 'accounts', meta: { page: 'accounts' }, component: () => import('@/views/AccountsView.vue') },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  });
  router.beforeEach(async (to) => {
    const session = useSession();
    if (!session.zone) await session.begin();
    if (session.failure) return false;
    if (to.meta.open) return session.session && !session.session.must_change_password ? { name: 'home' } : true;
    if (!session.session) return { name: 'sign-in' };
    if (session.session.must_change_password) return to.name === 'password' ? true : { name: 'password' };
    if (to.meta.page && !session.sees(to.meta.page)) return { name: 'home' };
    if (to.name === 'home') {
      const page = session.home();
      return page ? { name: page } : true;
    }
    return true;
  });
  return router;
}

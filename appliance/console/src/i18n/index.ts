import { createI18n } from 'vue-i18n';
import { setRequestLanguage } from '@/api/client';
import en from './locales/en.json';
import zh from './locales/zh-CN.json';

export type Language = 'zh-CN' | 'en';

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Language,
  fallbackLocale: 'zh-CN' as Language,
  messages: { 'zh-CN': zh, en } as Record<Language, typeof zh>,
  missingWarn: false,
  fallbackWarn: false,
});

/** Changes the language of the page and of the server's answers. It lasts as long as the page. */
export function setLanguage(language: Language): void {
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
  setRequestLanguage(language);
}

export const t = i18n.global.t;

/** The text of a closed set's member; the member itself where a newer server has more of them. */
export function label(set: string, member: string | null | undefined): string {
  if (!member) return '–';
  // A dot in a member would be read as a path.
  const key = `${set}.${member.replace(/\./g, '_')}`;
  return i18n.global.te(key) ? t(key) : member;
}

/** Languages: message files are shared with the server and loaded one language at a time. */
import dayjs from 'dayjs'
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Texts } from './catalog'

export type Language = 'zh-CN' | 'en'
export const LANGUAGES: Record<Language, string> = { 'zh-CN': '中文', en: 'English' }

type Messages = Record<string, unknown>
const files = import.meta.glob<Messages>('../../src/tradewind/messages/*/*.json', { import: 'default' })

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, 'translation')) return
  const own = Object.entries(files).filter(([path]) => path.includes(`/${language}/`))
  for (const [path, file] of own) {
    const found = await file()
    const space = path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
    const wrapped =
      space === 'studio' || Object.keys(found).some((key) => key.split('.')[0] === space) ? found : { [space]: found }
    i18next.addResourceBundle(language, 'translation', wrapped, true, true)
  }
  if (language === 'zh-CN') await import('dayjs/locale/zh-cn')
}

export const asLanguage = (text: string | null | undefined): Language => (text?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en')

export async function start(): Promise<void> {
  const language = asLanguage(localStorage.getItem('language') ?? navigator.language)
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  await setLanguage(language)
}

export async function setLanguage(language: Language): Promise<void> {
  await load(language)
  localStorage.setItem('language', language)
  document.documentElement.lang = language
  dayjs.locale(language === 'zh-CN' ? 'zh-cn' : 'en')
  await i18next.changeLanguage(language)
}

/** The words of this language; `say` picks a text out of definitions written by builders. */
export function useWords() {
  const { t, i18n } = useTranslation()
  const language = asLanguage(i18n.language)
  return { t, language, say: (texts: Texts | undefined, otherwise = '') => sayIn(texts, language, otherwise) }
}

export const sayIn = (texts: Texts | undefined, language: string, otherwise = ''): string =>
  texts?.[language] || texts?.en || texts?.['zh-CN'] || Object.values(texts ?? {})[0] || otherwise

/** Colours and sizes: one accent, light and dark, phone or not. */
import { ConfigProvider, theme } from 'antd'
import type { Locale } from 'antd/es/locale'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useWords } from './i18n'

export type ThemeName = 'light' | 'dark' | 'system'

const darkScreen = window.matchMedia('(prefers-color-scheme: dark)')
const narrow = window.matchMedia('(max-width: 640px)')
const listen = (query: MediaQueryList) => (listener: () => void) => {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

export const usePhone = () => useSyncExternalStore(listen(narrow), () => narrow.matches)

const Context = createContext<{ name: ThemeName; dark: boolean; set: (name: ThemeName) => void }>({
  name: 'system',
  dark: false,
  set: () => undefined,
})
export const useTheme = () => useContext(Context)

const locales = { 'zh-CN': () => import('antd/es/locale/zh_CN'), en: () => import('antd/es/locale/en_US') }

export function Theme({ children }: { children: ReactNode }) {
  const { language } = useWords()
  const [name, setName] = useState<ThemeName>(() => (localStorage.getItem('theme') as ThemeName | null) ?? 'system')
  const systemDark = useSyncExternalStore(listen(darkScreen), () => darkScreen.matches)
  const dark = name === 'dark' || (name === 'system' && systemDark)
  const [locale, setLocale] = useState<Locale>()
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  }, [dark])
  useEffect(() => {
    let current = true
    void locales[language]().then((found) => current && setLocale(found.default))
    return () => {
      current = false
    }
  }, [language])
  const value = useMemo(() => {
    const set = (next: ThemeName) => {
      localStorage.setItem('theme', next)
      setName(next)
    }
    return { name, dark, set }
  }, [name, dark])
  return (
    <Context.Provider value={value}>
      <ConfigProvider
        button={{ autoInsertSpace: false }}
        {...(locale ? { locale } : {})}
        theme={{
          algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
          token: {
            colorPrimary: dark ? '#4096ff' : '#0958d9',
            colorLink: dark ? '#69a8ff' : '#0958d9',
            colorTextPlaceholder: dark ? '#9aa4b2' : '#667085',
            colorTextTertiary: dark ? '#9aa4b2' : '#5f6b7a',
            colorTextDescription: dark ? '#9aa4b2' : '#5f6b7a',
            colorTextDisabled: dark ? '#8c96a3' : '#6b7480',
            ...(dark ? { colorBgElevated: '#1b212a', colorBgContainer: '#161b23' } : {}),
            colorError: dark ? '#ff7875' : '#c62828',
            borderRadius: 6,
            fontFamily: 'Inter, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", "Noto Sans", sans-serif',
            fontSize: 14,
            motionDurationMid: '0.15s',
          },
          components: dark
            ? { Button: { colorPrimary: '#1668dc', colorPrimaryHover: '#1d6fe0', colorPrimaryActive: '#1554ad' } }
            : { Button: { defaultHoverColor: '#0958d9', colorPrimaryHover: '#1a66e0', colorPrimaryActive: '#0747b0' } },
        }}
      >
        {children}
      </ConfigProvider>
    </Context.Provider>
  )
}

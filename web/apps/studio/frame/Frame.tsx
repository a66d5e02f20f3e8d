/** Rail, menu, top bar and the page; or the sign-in when nobody is signed in. */
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Avatar } from '../../../kinds/fields/parts'
import { ApiProblem, api } from '../../../ui/api'
import { useCatalog, useMe, useSession } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { asLanguage, LANGUAGES, setLanguage, useWords } from '../../../ui/i18n'
import { KeysHelp } from '../../../ui/keys'
import { useLive } from '../../../ui/live'
import { Failed, Guard, Skeleton } from '../../../ui/states'
import { type ThemeName, usePhone, useTheme } from '../../../ui/theme'
import { sayProblem, Toasts } from '../../../ui/toast'
import { Menu } from './Menu'
import { SignIn } from './SignIn'

const Palette = lazy(() => import('./Palette'))
const Tray = lazy(() => import('../work/Tray'))
const Bell = lazy(() => import('./Bell'))

export function Frame() {
  const session = useSession()
  const status = session.error instanceof ApiProblem ? session.error.body.status : 0
  if (session.isPending) return <Skeleton />
  if (session.isError && status !== 401 && status !== 403)
    return <Failed problem={session.error} retry={() => void session.refetch()} />
  return (
    <>
      {session.data ? (
        <Guard place="frame">
          <Suspense fallback={<Skeleton />}>
            <Inside />
          </Suspense>
        </Guard>
      ) : (
        <SignIn />
      )}
      <Toasts />
    </>
  )
}

function Inside() {
  useLive()
  const { t, language } = useWords()
  const me = useMe()
  const catalog = useCatalog()
  const phone = usePhone()
  const place = useLocation()
  const [menu, setMenu] = useState(() => !phone && localStorage.getItem('menu') !== 'closed')
  const [palette, setPalette] = useState(false)
  const wanted = asLanguage(me.person.language)
  useEffect(() => {
    if (!localStorage.getItem('languageChosen')) void setLanguage(wanted)
  }, [wanted])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      setPalette((now) => !now)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page change closes the sheet
  useEffect(() => {
    if (phone) setMenu(false)
  }, [place.pathname, phone])
  const toggle = () => {
    localStorage.setItem('menu', menu ? 'closed' : 'open')
    setMenu(!menu)
  }
  const first = catalog.menus[0]?.objects[0] ?? Object.keys(catalog.objects)[0]
  return (
    <div className={menu ? 'frame' : 'frame folded'}>
      <a className="skip" href="#content">
        {t('frame.skip')}
      </a>
      <nav className="rail" aria-label={t('frame.places')}>
        <button type="button" aria-label={t('frame.menu')} aria-expanded={menu} onClick={toggle}>
          <Icon name="menu" size={20} />
        </button>
        <Link to="/" aria-label={t('frame.home')} activeOptions={{ exact: true }}>
          <Icon name="apps" size={20} />
        </Link>
        {phone && (
          <button type="button" aria-label={t('frame.palette')} onClick={() => setPalette(true)}>
            <Icon name="search" size={20} />
          </button>
        )}
        {phone && first && (
          <Link to="/o/$object" params={{ object: first }} aria-label={t('frame.records')}>
            <Icon name="table" size={20} />
          </Link>
        )}
        <span className="toolbar-space" />
        {Object.keys(catalog.quality).length > 0 && (
          <Link to="/data" aria-label={t('frame.data')}>
            <Icon name="merge" size={20} />
          </Link>
        )}
        {me.system_rights.includes('build') && (
          <Link to="/build" aria-label={t('frame.build')}>
            <Icon name="build" size={20} />
          </Link>
        )}
        {me.system_rights.some((right) => right !== 'build' && right !== 'data') && (
          <Link to="/admin" aria-label={t('frame.admin')}>
            <Icon name="settings" size={20} />
          </Link>
        )}
      </nav>
      {menu && <Menu />}
      <header className="top">
        <button type="button" className="palette-button" onClick={() => setPalette(true)}>
          <Icon name="search" /> <span>{t('frame.palette')}</span> <kbd>Ctrl K</kbd>
        </button>
        <span className="toolbar-space" />
        <Suspense>
          <Tray />
        </Suspense>
        <Button
          type="text"
          title={t('frame.language')}
          onClick={() => {
            const next = language === 'zh-CN' ? 'en' : 'zh-CN'
            localStorage.setItem('languageChosen', '1')
            void setLanguage(next)
            api.settings({ language: next }).catch(sayProblem)
          }}
        >
          {LANGUAGES[language === 'zh-CN' ? 'en' : 'zh-CN']}
        </Button>
        <Suspense fallback={<span className="bell" />}>
          <Bell />
        </Suspense>
        <Me />
      </header>
      <main id="content">
        <Guard place={place.pathname}>
          <Suspense fallback={<Skeleton />}>
            <Outlet />
          </Suspense>
        </Guard>
      </main>
      {palette && (
        <Suspense>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      )}
      <KeysHelp />
    </div>
  )
}

function Me() {
  const { t } = useWords()
  const me = useMe()
  const theme = useTheme()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const out = async () => {
    try {
      await api.signOut()
      queries.clear()
      window.location.assign('/')
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const pick = (key: string) => {
    if (key === 'out') return void out()
    if (key === 'exports') return void navigate({ to: '/exports' })
    if (key === 'keys') return void navigate({ to: '/admin/$', params: { _splat: 'keys' } })
    theme.set(key as ThemeName)
    api.settings({ theme: key }).catch(sayProblem)
  }
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectedKeys: [theme.name],
        onClick: ({ key }) => pick(key),
        items: [
          { key: 'who', type: 'group', label: `${me.person.name} · ${me.person.email}` },
          ...(['system', 'light', 'dark'] as const).map((key) => ({ key, label: t(`theme.${key}`) })),
          { type: 'divider' as const },
          { key: 'exports', label: t('export.listTitle'), icon: <Icon name="download" /> },
          { key: 'keys', label: t('admin.keys'), icon: <Icon name="lock" /> },
          { key: 'out', label: t('frame.signOut'), icon: <Icon name="out" /> },
        ],
      }}
    >
      <button type="button" className="me" aria-label={t('frame.me', { name: me.person.name })}>
        <Avatar name={me.person.name} />
      </button>
    </Dropdown>
  )
}

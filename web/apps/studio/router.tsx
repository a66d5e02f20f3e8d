/** The studio's addresses. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Frame } from './frame/Frame'
import { NoPage } from './frame/NoPage'

const root = createRootRoute({ component: Frame })
const page = <const P extends string>(path: P, load: () => Promise<{ default: React.ComponentType }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) })

export const router = createRouter({
  routeTree: root.addChildren([
    page('/', () => import('./frame/Home')),
    page('/o/$object', () => import('./list/ListPage')),
    page('/o/$object/bin', () => import('./list/BinPage')),
    page('/o/$object/$id', () => import('./record/RecordPage')),
    page('/data', () => import('./data/index')),
    page('/data/$', () => import('./data/index')),
    page('/imports', () => import('./import/index')),
    page('/imports/new', () => import('./import/NewPage')),
    page('/imports/$id', () => import('./import/ImportPage')),
    page('/build', () => import('./build/index')),
    page('/build/excel', () => import('./excel/NewPage')),
    page('/build/excel/$id', () => import('./excel/Page')),
    page('/build/objects/$key', () => import('./build/ObjectPage')),
    page('/exports', () => import('./exports/ExportsPage')),
    page('/build/quality/$key', () => import('./build/QualityPage')),
    page('/admin', () => import('./admin/index')),
    page('/admin/$', () => import('./admin/index')),
  ]),
  defaultPreload: 'intent',
  defaultNotFoundComponent: NoPage,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

/** Where the tray finds long works: imports, exports, publishes that run as jobs, and files on their way up. */
import type { TFunction } from 'i18next'
import { bytes, number } from '../../../ui/format'
import { type ChangeSet, definitions } from '../edit/server'
import { download, exportsServer, type Run } from '../exports/server'
import { type ImportLine, imports } from '../import/server'
import type { Upload } from '../import/uploads'
import { outcome, progressWords, shareOf } from '../import/words'
import { forgetPublish, type Publish, publishes } from './began'
import type { Work } from './model'

export interface Words {
  t: TFunction
  language: string
}

/** One kind of long work: how it is asked for, and how one of it is shown; null for what nobody needs to see. */
export interface Source<T> {
  key: string
  ask: () => Promise<T[]>
  show: (one: T, words: Words) => Work | null
}

const SHOWN = 8
const RECENT = 24 * 3_600_000
const isRecent = (at: string) => Date.now() - new Date(at).getTime() < RECENT

const IMPORT_STATES: Record<ImportLine['state'], Work['state']> = {
  reading: 'running',
  trying: 'running',
  running: 'running',
  undoing: 'running',
  paused: 'paused',
  mapping: 'waits',
  ready: 'waits',
  done: 'done',
  failed: 'failed',
  cancelled: 'ended',
  undone: 'ended',
}

const importSource: Source<ImportLine> = {
  key: 'imports',
  ask: async () => (await imports.list(false, null, SHOWN)).imports,
  show: (one, { t, language }) => {
    const state = one.state === 'done' && one.waiting ? 'waits' : IMPORT_STATES[one.state]
    if (state !== 'running' && !isRecent(one.updated_at)) return null
    const running = state === 'running'
    return {
      key: `import:${one.id}`,
      kind: 'import',
      name: one.name,
      state,
      text: [t(`imports.state.${one.state}`), running ? progressWords(t, language, one.progress) : outcome(t, language, one)]
        .filter(Boolean)
        .join(t('imports.dot')),
      share: running ? (one.state === 'reading' ? undefined : shareOf(one.progress)) : undefined,
      at: one.updated_at,
      open: `/imports/${one.id}`,
      stop: running && one.actions.includes('cancel') ? () => imports.act(one.id, 'cancel') : undefined,
    }
  },
}

const EXPORT_STATES: Record<Run['state'], Work['state']> = {
  waiting: 'running',
  running: 'running',
  ready: 'done',
  failed: 'failed',
  cancelled: 'ended',
  over: 'ended',
}

const exportSource: Source<Run> = {
  key: 'exports',
  ask: async () => (await exportsServer.list()).slice(0, SHOWN),
  show: (one, { t, language }) => {
    const state = EXPORT_STATES[one.state]
    if (one.state === 'over' || (state !== 'running' && !isRecent(one.asked_at))) return null
    const { rows = 0, of = one.expected } = one.progress
    const running = state === 'running'
    const figures = running
      ? t('imports.progressOf', { rows: number(rows, language), of: number(of, language) })
      : one.size
        ? bytes(one.size, language)
        : ''
    return {
      key: `export:${one.id}`,
      kind: 'export',
      name: one.name || one.said,
      state,
      text: [t(`export.state.${one.state}`), figures].filter(Boolean).join(t('imports.dot')),
      share: running && of ? Math.min(100, Math.floor((100 * rows) / of)) : undefined,
      at: one.made_at ?? one.asked_at,
      open: '/exports',
      fetch: one.state === 'ready' ? () => download(one) : undefined,
      stop: running ? () => exportsServer.end(one.id) : undefined,
    }
  },
}

interface Published {
  given: Publish
  now: ChangeSet
}

const publishSource: Source<Published> = {
  key: 'publishes',
  ask: async () => {
    const found = await Promise.all(
      publishes().map((given) =>
        definitions
          .changeSet(given.id)
          .then((now) => [{ given, now }])
          .catch(() => {
            forgetPublish(given.id)
            return []
          }),
      ),
    )
    return found.flat()
  },
  show: ({ given, now }, { t }) => {
    if (now.state !== 'running' && !isRecent(given.at)) {
      forgetPublish(given.id)
      return null
    }
    const { step = 0, steps = 1, rows = 0, of = 0 } = now.progress ?? {}
    const running = now.state === 'running'
    return {
      key: `publish:${given.id}`,
      kind: 'publish',
      name: given.name,
      state: running ? 'running' : now.state === 'done' ? 'done' : now.state === 'failed' ? 'failed' : 'ended',
      text: t(`work.publish.${now.state}`),
      share: running && step ? Math.round((100 * (step - 1 + (of ? Math.min(rows / of, 1) : 0))) / steps) : undefined,
      at: given.at,
      open: given.open,
      stop: running && !now.called_off ? () => definitions.cancel(given.id) : undefined,
    }
  },
}

export const uploadWork = (one: Upload, { t, language }: Words): Work => ({
  key: `upload:${one.key}`,
  kind: 'upload',
  name: one.name,
  state: one.problem ? 'failed' : 'running',
  text: one.problem
    ? one.problem.message
    : t('imports.file.sent', { sent: bytes(one.sent, language), size: bytes(one.size, language) }),
  share: one.size ? Math.floor((100 * one.sent) / one.size) : undefined,
  at: new Date().toISOString(),
  open: '/imports/new',
  stop: one.problem
    ? undefined
    : async () => {
        one.stop()
      },
})

// biome-ignore lint/suspicious/noExplicitAny: each source has a shape of its own
export const SOURCES: Source<any>[] = [importSource, exportSource, publishSource]

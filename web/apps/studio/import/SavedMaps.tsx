/** Maps that are kept under a name: used again, shared with colleagues, written over, thrown away. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Popover } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem, say as toast } from '../../../ui/toast'
import { type Import, type SavedMap, savedMaps } from './server'
import type { Mapping } from './useMap'

export function SavedMaps({ one, mapping }: { one: Import; mapping: Mapping }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  return (
    <Popover
      trigger="click"
      placement="topLeft"
      open={open}
      onOpenChange={setOpen}
      content={<Panel one={one} mapping={mapping} onClose={() => setOpen(false)} />}
    >
      <Button icon={<Icon name="star" />} aria-expanded={open}>
        {t('imports.saved.title')}
      </Button>
    </Popover>
  )
}

function Panel({ one, mapping, onClose }: { one: Import; mapping: Mapping; onClose: () => void }) {
  const { t } = useWords()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const all = useQuery({ queryKey: ['import-maps'], queryFn: savedMaps.list, staleTime: 0 })
  const { map, sheet, change } = mapping
  const fitting = (saved: SavedMap) => one.maps.some((two) => two.source === 'saved' && two.name === saved.name)
  const list = [...(all.data?.maps ?? [])].sort((a, b) => Number(fitting(b)) - Number(fitting(a)))
  const work = async (doing: () => Promise<unknown>, said: string) => {
    try {
      await doing()
      await queries.invalidateQueries({ queryKey: ['import-maps'] })
      if (said) toast(said)
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const remove = (saved: SavedMap) =>
    void work(async () => {
      await savedMaps.remove(saved.id)
      toast(t('imports.saved.removed', { name: saved.name }), {
        undo: () =>
          savedMaps
            .save(saved.name, saved.map, saved.shared, one.id)
            .then(() => queries.invalidateQueries({ queryKey: ['import-maps'] })),
      })
    }, '')
  return (
    <div className="saved-maps">
      {list.length === 0 ? (
        <p className="quiet">{t('imports.saved.none')}</p>
      ) : (
        <ul>
          {list.map((saved) => (
            <li key={saved.id}>
              <button
                type="button"
                className="link plain-button cut"
                onClick={() => {
                  change({ ...saved.map, sheet: sheet?.name ?? '' })
                  onClose()
                }}
              >
                {saved.name}
              </button>
              {fitting(saved) && <span className="pill green">{t('imports.saved.fits')}</span>}
              {saved.shared && <span className="quiet cut">{saved.mine ? t('imports.saved.shared') : saved.person.name}</span>}
              <span className="toolbar-space" />
              {saved.mine && (
                <>
                  <Button
                    size="small"
                    type="text"
                    onClick={() =>
                      void work(() => savedMaps.change(saved.id, { map }), t('imports.saved.written', { name: saved.name }))
                    }
                  >
                    {t('imports.saved.overwrite')}
                  </Button>
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={t('imports.saved.remove', { name: saved.name })}
                    onClick={() => remove(saved)}
                  >
                    <Icon name="trash" />
                  </button>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      <div className="saved-new">
        <Input
          aria-label={t('imports.saved.name')}
          placeholder={t('imports.saved.name')}
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
        />
        <Checkbox checked={shared} onChange={(event) => setShared(event.target.checked)}>
          {t('imports.saved.share')}
        </Checkbox>
        <Button
          type="primary"
          disabled={!name.trim()}
          onClick={() =>
            void work(
              () => savedMaps.save(name.trim(), { ...map, key: map.targets.at(-1)?.object ?? map.key }, shared, one.id),
              t('imports.saved.kept', { name: name.trim() }),
            ).then(() => setName(''))
          }
        >
          {t('imports.saved.keep')}
        </Button>
      </div>
    </div>
  )
}

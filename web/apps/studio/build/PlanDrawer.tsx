/** What publishing will do, sentence by sentence; who may use a new object; then it is published, with a way back. */
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { isFiles } from '../../../kinds/fields/registry'
import { layoutOf, useCatalog, useMe, viewsOf } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import type { Found } from '../edit/model'
import { PlanSheet } from '../edit/PlanSheet'
import { definitions as asking } from '../edit/server'
import { useProblemText } from '../edit/texts'
import { usePublishing } from '../edit/usePublishing'
import { publishBegan } from '../work/began'
import { type Doc, type FieldDef, LEVELS, type Level, type ObjectDef, placeOf, rightsFor } from './model'
import { useDefinitions } from './server'

interface Props {
  object: string
  doc: Doc
  original: ObjectDef | undefined
  base: number
  onJump: (object: string, field: string) => void
  onPublished: (changeSet: string) => void
  onClose: () => void
  /** What roles may do with new objects unless somebody says otherwise. */
  begin?: Record<string, Level>
}

type Bodies = { objects?: Record<string, unknown>; [member: string]: unknown }

/** Where new fields are put: the create form and the columns of the shared list view. */
interface Placing {
  layout: { key: string; fields: string[] } | undefined
  view: { key: string; fields: string[] } | undefined
}

/** The definitions that are published: the objects, roles and menus that get the new one, the form and the view that get new fields. */
async function together(doc: Doc, fresh: string[], levels: Record<string, Level>, menu: string, placing: Placing) {
  const definitions: object[] = Object.values(doc)
  const base: Record<string, number> = {}
  for (const [key, level] of Object.entries(levels)) {
    if (level === 'none') continue
    const role = await asking.get<Bodies>('role', key)
    const body = role.body
    const given = Object.fromEntries(fresh.map((object) => [object, rightsFor(level)]))
    definitions.push({ ...body, objects: { ...body.objects, ...given } })
    base[`role/${key}`] = role.version
  }
  if (menu) {
    const found = await asking.get<Bodies>('menu', menu)
    definitions.push({ ...found.body, objects: [...((found.body.objects as unknown as string[]) ?? []), ...fresh] })
    base[`menu/${menu}`] = found.version
  }
  for (const [kind, member] of [
    ['layout', 'create'],
    ['view', 'columns'],
  ] as const) {
    const wanted = placing[kind]
    if (!wanted?.fields.length) continue
    const found = await asking.get<Bodies>(kind, wanted.key)
    const before = (found.body[member] as string[] | undefined) ?? []
    definitions.push({ ...found.body, [member]: [...before, ...wanted.fields.filter((key) => !before.includes(key))] })
    base[`${kind}/${wanted.key}`] = found.version
  }
  return { definitions, base }
}

export function PlanDrawer({ object, doc, original, base, onJump, onPublished, onClose, begin = {} }: Props) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const sentence = useProblemText()
  const [levels, setLevels] = useState<Record<string, Level>>(begin)
  const [menu, setMenu] = useState('')
  const [title, setTitle] = useState('')
  const [onForm, setOnForm] = useState<string[] | null>(null)
  const [onList, setOnList] = useState<string[]>([])
  const publishing = usePublishing(onPublished)
  const plan = useQuery({
    queryKey: ['plan', doc],
    queryFn: () => asking.check(Object.values(doc), false),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const fresh = original ? [] : Object.values(doc).flatMap((one) => (one.parent ? [] : [one.key]))
  const layout = original && layoutOf(catalog, object)
  const formLayout = layout?.create?.length ? layout : undefined
  const view = original && viewsOf(catalog, object).find((one) => !one.private_to)
  const added = (doc[object]?.fields ?? []).filter(
    (field) => !doc[object]?.retired && !field.retired && !original?.fields.some((one) => one.key === field.key && !one.retired),
  )
  const forForm = formLayout ? added.filter((field) => !['lookup', 'rollup', 'formula', 'auto_number'].includes(field.type)) : []
  const forList = view ? added.filter((field) => field.type !== 'lines' && !isFiles(field.type)) : []
  const chosen = (onForm ?? forForm.map((field) => field.key)).filter((key) => forForm.some((field) => field.key === key))
  const handIn = async () => {
    const made = await together(doc, fresh, levels, menu, {
      layout: formLayout && { key: formLayout.key, fields: chosen },
      view: view && { key: view.key, fields: onList.filter((key) => forList.some((field) => field.key === key)) },
    })
    const bases = { ...made.base, ...Object.fromEntries(fresh.map((key) => [`object/${key}`, 0])), [`object/${object}`]: base }
    const done = await asking.publish(made.definitions, bases, title)
    if (done.state === 'running') publishBegan(done.change_set, name(object), `/build/objects/${object}`)
    return done
  }
  const name = (key: string) => say(doc[key]?.labels ?? catalog.objects[key]?.labels, key)
  const line = (problem: Found) => {
    const place = placeOf(problem)
    return (
      <li key={problem.pointer + JSON.stringify(problem.params)}>
        <button type="button" className="link" onClick={() => onJump(place.object || object, place.field)}>
          {place.field
            ? `${name(place.object)} › ${fieldName(doc, place.object, place.field, say)}`
            : name(place.object || object)}
        </button>
        <span>{sentence(problem)}</span>
      </li>
    )
  }
  return (
    <PlanSheet
      plan={plan}
      publishing={publishing}
      line={line}
      onJump={onJump}
      note={title}
      onNote={setTitle}
      onPublish={() => void publishing.publish(handIn)}
      onClose={onClose}
    >
      {fresh.length > 0 && <WhoMayUse levels={levels} onLevels={setLevels} menu={menu} onMenu={setMenu} />}
      {forForm.length + forList.length > 0 && (
        <section>
          <h2>{t('plan.where')}</h2>
          <div className="field-form">
            {forForm.length > 0 && <FieldsOn label={t('plan.onForm')} fields={forForm} value={chosen} onChange={setOnForm} />}
            {forList.length > 0 && (
              <FieldsOn
                label={t('plan.onList', { view: say(view?.labels, object) })}
                fields={forList}
                value={onList}
                onChange={setOnList}
              />
            )}
          </div>
        </section>
      )}
    </PlanSheet>
  )
}

interface WhoProps {
  levels: Record<string, Level>
  onLevels: (levels: Record<string, Level>) => void
  menu: string
  onMenu: (menu: string) => void
}

/** Which roles get rights on a new object, and in which menu it stands. */
function WhoMayUse({ levels, onLevels, menu, onMenu }: WhoProps) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const all = useDefinitions()
  const mayGrant = useMe().system_rights.includes('roles')
  const roles = (all.data ?? []).filter((one) => one.kind === 'role' && !one.retired)
  return (
    <section>
      <h2>{t('plan.who')}</h2>
      <p className="quiet">{t(mayGrant ? 'plan.whoHelp' : 'plan.whoNoRight')}</p>
      <div className="plan-roles">
        {roles.map((role) => {
          const administrator = role.key === 'administrator'
          return (
            <label key={role.key} className="plan-role">
              <span className="grow cut">{say(role.labels, role.key)}</span>
              <Select
                size="small"
                aria-label={t('plan.level', { role: say(role.labels, role.key) })}
                disabled={administrator || !mayGrant}
                value={administrator ? 'all' : (levels[role.key] ?? 'none')}
                popupMatchSelectWidth={false}
                options={LEVELS.map((level) => ({ value: level, label: t(`plan.levels.${level}`) }))}
                onChange={(level: Level) => onLevels({ ...levels, [role.key]: level })}
              />
            </label>
          )
        })}
      </div>
      {catalog.menus.length > 0 && (
        <label className="plan-role">
          <span className="grow">{t('plan.menu')}</span>
          <Select
            size="small"
            aria-label={t('plan.menu')}
            value={menu}
            popupMatchSelectWidth={false}
            options={[
              { value: '', label: t('plan.noMenu') },
              ...catalog.menus.map((one) => ({ value: one.key, label: say(one.labels, one.key) })),
            ]}
            onChange={onMenu}
          />
        </label>
      )}
    </section>
  )
}

function fieldName(
  doc: Doc,
  object: string,
  field: string,
  say: (texts: ObjectDef['labels'] | undefined, otherwise: string) => string,
) {
  return say(doc[object]?.fields.find((one) => one.key === field)?.labels, field)
}

interface FieldsOnProps {
  label: string
  fields: FieldDef[]
  value: string[]
  onChange: (keys: string[]) => void
}

function FieldsOn({ label, fields, value, onChange }: FieldsOnProps) {
  const { t, say } = useWords()
  return (
    <div className="setting">
      <span>{label}</span>
      <Select
        mode="multiple"
        className="full"
        aria-label={label}
        placeholder={t('plan.nowhere')}
        value={value}
        options={fields.map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
        onChange={onChange}
      />
    </div>
  )
}

/** The editor of an object's rules for duplicates and of what its quality score is made of; a draft until it is published. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button, InputNumber, Radio, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useMe } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { sayProblem, say as toast } from '../../../ui/toast'
import { EditorHead } from '../edit/EditorHead'
import { definitions } from '../edit/server'
import { type Editor, useEditor, useProblems } from '../edit/useEditor'
import { Versions } from '../edit/Versions'
import type { ObjectDef } from './model'
import { QualityDifferences, QualityPlan } from './QualityPlan'
import { QualityRule } from './QualityRule'
import { DEFAULTS, differences, mergeQuality, newRule, OUTSIDE, type QualityDef, tidy, WEIGHTS, withRule } from './quality'
import { type FieldTypes, useDefinitions, useFieldTypes } from './server'

export type Objects = Record<string, ObjectDef>

export default function QualityPage() {
  const { key } = useParams({ strict: false }) as { key: string }
  const me = useMe()
  const { t } = useWords()
  if (!me.system_rights.includes('build')) return <Empty icon="lock" title={t('state.noRight')} text={t('build.noRight')} />
  return <Loaded key={key} object={key} />
}

/** Every object as it is published: rules compare across them. */
function useObjects(keys: string[]) {
  return useQuery({
    queryKey: ['object-bodies', keys.join(',')],
    queryFn: async () => {
      const found = await Promise.all(keys.map((one) => definitions.get<ObjectDef>('object', one)))
      return Object.fromEntries(found.map((one) => [one.body.key, { ...one.body, fields: one.body.fields ?? [] }])) as Objects
    },
    enabled: keys.length > 0,
    staleTime: 60_000,
  })
}

function Loaded({ object }: { object: string }) {
  const { t } = useWords()
  const all = useDefinitions()
  const types = useFieldTypes()
  const keys = (all.data ?? []).filter((one) => one.kind === 'object' && !one.retired && !one.parent).map((one) => one.key)
  const objects = useObjects(keys)
  const published = (all.data ?? []).some((one) => one.kind === 'quality' && one.key === object && !one.retired)
  const problem = all.error ?? types.error ?? objects.error
  if (problem)
    return <Failed problem={problem} retry={() => void Promise.all([all.refetch(), types.refetch(), objects.refetch()])} />
  if (!all.data || !types.data || !objects.data) return <Skeleton />
  if (!objects.data[object]) return <Empty icon="lock" title={t('state.noObject')} text={t('state.noObjectText')} />
  return <Opened object={object} published={published} objects={objects.data} types={types.data} />
}

interface OpenedProps {
  object: string
  published: boolean
  objects: Objects
  types: FieldTypes
}

function Opened({ object, published, objects, types }: OpenedProps) {
  const [fresh] = useState<QualityDef | undefined>(() => (published ? undefined : tidy({ key: object })))
  const shape = useMemo(() => ({ kind: 'quality' as const, normal: tidy, merge: mergeQuality, fresh }), [fresh])
  const editor = useEditor<QualityDef>(shape, object)
  const body = editor.doc?.[object]
  if (editor.problem) return <Failed problem={editor.problem} retry={editor.retry} />
  if (editor.loading || !body) return <Skeleton />
  return <Editing {...{ object, objects, types, editor, body }} />
}

interface EditingProps {
  object: string
  objects: Objects
  types: FieldTypes
  editor: Editor<QualityDef>
  body: QualityDef
}

function Editing({ object, objects, types, editor, body }: EditingProps) {
  const { t, say } = useWords()
  const queries = useQueryClient()
  const problems = useProblems(editor.doc)
  const [dialog, setDialog] = useState<'' | 'plan' | 'versions'>('')
  const [open, setOpen] = useState('')
  const owner = objects[object] as ObjectDef
  const name = say(owner.labels, object)
  const fieldName = (key: string) => say(owner.fields.find((one) => one.key === key)?.labels, key)
  const rules = body.rules ?? []
  const change = (next: QualityDef, place?: string) => editor.change({ [object]: tidy(next) }, place)
  const refresh = async () => {
    await Promise.all(
      [['catalog'], ['definitions'], ['drafts'], ['quality'], ['versions', 'quality', object]].map((queryKey) =>
        queries.invalidateQueries({ queryKey }),
      ),
    )
    await editor.reload()
  }
  const published = async (changeSet: string) => {
    setDialog('')
    await refresh()
    toast(t('build.published', { name: t('build.quality.title', { name }) }), {
      undo: async () => {
        await definitions.undo(changeSet)
        await refresh()
      },
    })
  }
  const discard = async () => {
    const before = editor.doc
    try {
      await editor.discard()
      toast(t('build.discarded'), {
        undo: async () => {
          if (!before) return
          await definitions.keep('quality', object, before, editor.base)
          await editor.reload()
        },
      })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const add = () => {
    const made = newRule(rules)
    change({ ...body, rules: [...rules, made] })
    setOpen(made.key)
  }
  const move = (index: number, by: number) => {
    const next = [...rules]
    const [one] = next.splice(index, 1)
    if (one) next.splice(index + by, 0, one)
    change({ ...body, rules: next })
  }
  return (
    <div className="builder quality-builder">
      <EditorHead
        editor={editor}
        back={
          <Link to="/build/objects/$key" params={{ key: object }} className="icon-button" aria-label={t('build.quality.back')}>
            <Icon name="left" size={20} />
          </Link>
        }
        icon="merge"
        title={t('build.quality.title', { name })}
        count={editor.original || rules.length ? differences(editor.original, body).length : 0}
        onVersions={() => setDialog('versions')}
        onDiscard={() => void discard()}
        onPublish={() => setDialog('plan')}
      />
      <div className="quality-body">
        <section>
          <h2>{t('build.quality.rules')}</h2>
          <p className="quiet">{t('build.quality.rulesText')}</p>
          <ol className="rules">
            {rules.map((rule, index) => (
              <QualityRule
                key={rule.key}
                rule={rule}
                owner={owner}
                objects={objects}
                types={types}
                open={open === rule.key}
                problems={problems.filter((one) => one.pointer.startsWith(`/quality/${object}/rules/${rule.key}`))}
                onOpen={() => setOpen(open === rule.key ? '' : rule.key)}
                onChange={(changed, place) => change(withRule(body, index, changed), place)}
                onUp={index ? () => move(index, -1) : undefined}
                onDown={index < rules.length - 1 ? () => move(index, 1) : undefined}
              />
            ))}
          </ol>
          <Button type="dashed" icon={<Icon name="plus" />} onClick={add}>
            {t('build.quality.addRule')}
          </Button>
          <label className="setting inline">
            <span>{t('build.option.most')}</span>
            <InputNumber
              min={2}
              max={1000}
              value={body.most ?? DEFAULTS.most}
              onChange={(most) => change({ ...body, most: most ?? DEFAULTS.most }, 'most')}
            />
            <small className="quiet">{t('build.quality.mostText')}</small>
          </label>
        </section>
        <section>
          <h2>{t('build.quality.outside')}</h2>
          <p className="quiet">{t('build.quality.outsideText')}</p>
          <Radio.Group
            className="choices"
            value={body.outside ?? DEFAULTS.outside}
            options={OUTSIDE.map((one) => ({ value: one, label: t(`build.quality.tell.${one}`) }))}
            onChange={(event) => change({ ...body, outside: event.target.value })}
          />
        </section>
        <Figures body={body} owner={owner} onChange={change} />
      </div>
      {dialog === 'plan' && (
        <QualityPlan
          name={name}
          before={editor.original}
          after={body}
          base={editor.base}
          owner={owner}
          problems={problems}
          onPublished={(changeSet) => void published(changeSet)}
          onClose={() => setDialog('')}
        />
      )}
      {dialog === 'versions' && (
        <Versions<QualityDef>
          kind="quality"
          name={object}
          draft={editor.changed ? body : undefined}
          compare={(before, after) => (
            <QualityDifferences before={before && tidy(before)} after={tidy(after)} field={fieldName} />
          )}
          onRestore={(earlier) => change(earlier)}
          onUndone={() => void refresh()}
          onClose={() => setDialog('')}
        />
      )}
    </div>
  )
}

interface FiguresProps {
  body: QualityDef
  owner: ObjectDef
  onChange: (body: QualityDef, place?: string) => void
}

/** What the score is made of, and how often it is made. */
function Figures({ body, owner, onChange }: FiguresProps) {
  const { t, say } = useWords()
  const weights = { ...DEFAULTS.weights, ...body.weights }
  const counted = owner.fields.filter(
    (field) =>
      !field.retired && !['lines', 'lookup', 'rollup', 'formula', 'attachment', 'image', 'auto_number'].includes(field.type),
  )
  return (
    <section>
      <h2>{t('build.quality.score')}</h2>
      <p className="quiet">{t('build.quality.scoreText')}</p>
      <div className="weights">
        {WEIGHTS.map((one) => (
          <label key={one} className="setting">
            <span>{t(`quality.part.${one}`)}</span>
            <InputNumber
              min={0}
              max={100}
              value={weights[one]}
              onChange={(value) => onChange({ ...body, weights: { ...weights, [one]: value ?? 0 } }, `weight:${one}`)}
            />
          </label>
        ))}
      </div>
      <label className="setting">
        <span>{t('build.quality.fields')}</span>
        <Select
          mode="multiple"
          className="full"
          aria-label={t('build.quality.fields')}
          placeholder={t('build.quality.fieldsAll')}
          value={body.fields ?? []}
          options={counted.map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
          onChange={(fields: string[]) => onChange({ ...body, fields })}
        />
      </label>
      <div className="weights">
        <label className="setting">
          <span>{t('build.option.stale_days')}</span>
          <InputNumber
            min={1}
            max={36_500}
            value={body.stale_days ?? DEFAULTS.stale_days}
            onChange={(value) => onChange({ ...body, stale_days: value ?? DEFAULTS.stale_days }, 'stale')}
          />
        </label>
        <label className="setting">
          <span>{t('build.option.report_days')}</span>
          <InputNumber
            min={0}
            max={366}
            value={body.report_days ?? DEFAULTS.report_days}
            onChange={(value) => onChange({ ...body, report_days: value ?? 0 }, 'report')}
          />
        </label>
      </div>
    </section>
  )
}

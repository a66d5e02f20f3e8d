/** Records like one: while it is entered, and on its page. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Alert, Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { toWire } from '../../../kinds/fields/registry'
import { api } from '../../../ui/api'
import { type ObjectType, useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { done, sayProblem } from '../../../ui/toast'
import { isBlank } from '../../../ui/Value'
import { data, type Similar as Found, type Hit } from '../data/server'

const PAUSE = 400

/** What is like the draft, asked a moment after each change of what rules compare. */
export function useSimilar(object: ObjectType, draft: Record<string, unknown>): Found | undefined {
  const catalog = useCatalog()
  const [found, setFound] = useState<Found>()
  const rules = catalog.quality[object.key]
  const compared = [...new Set(rules?.flatMap((rule) => rule.fields))]
  const row = Object.fromEntries(
    object.fields
      .filter((field) => compared.includes(field.key) && !isBlank(draft[field.key]))
      .map((field) => [field.key, toWire(field, draft[field.key])]),
  )
  const text = JSON.stringify(row)
  const { key } = object
  useEffect(() => {
    if (text === '{}') return setFound(undefined)
    const stop = new AbortController()
    const timer = setTimeout(() => {
      data
        .similar(key, JSON.parse(text) as object, stop.signal)
        .then(setFound)
        .catch(() => undefined)
    }, PAUSE)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text, key])
  return found
}

/** Under the create form. `onMerge` keeps what was typed and goes on to make one of the two. */
export function SimilarHints({ object, found, onMerge }: { object: ObjectType; found: Found; onMerge: (id: string) => void }) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  if (!found.hits.length && !found.outside.length) return null
  return (
    <section className="similar" aria-label={t('duplicates.similar')} aria-live="polite">
      <h3>
        <Icon name="warn" /> {t('duplicates.similar')}
      </h3>
      <ul>
        {found.hits.map((hit) => (
          <HitLine key={hit.id} object={object} hit={hit}>
            {hit.object === object.key && (
              <Button size="small" onClick={() => onMerge(hit.id)}>
                {t('duplicates.mergeInto')}
              </Button>
            )}
          </HitLine>
        ))}
        {found.outside.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing of them is known that would tell them apart
          <li key={index}>
            <Icon name="lock" />
            <span className="grow">
              {one.owner
                ? t(one.title ? 'duplicates.outsideNamed' : 'duplicates.outsideOwner', {
                    object: say(catalog.objects[one.object]?.labels, one.object),
                    owner: one.owner.name,
                    title: one.title,
                  })
                : t('duplicates.outside', { object: say(catalog.objects[one.object]?.labels, one.object) })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function HitLine({ object, hit, children }: { object: ObjectType; hit: Hit; children?: React.ReactNode }) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const labels = hit.rules.map((key) => say(catalog.quality[object.key]?.find((rule) => rule.key === key)?.labels, key))
  const tone = { certain: 'green', likely: 'blue', hint: 'grey' }[hit.strength]
  return (
    <li>
      <span className="grow">
        {hit.object !== object.key && <span className="quiet">{say(catalog.objects[hit.object]?.labels, hit.object)} </span>}
        <Link to="/o/$object/$id" params={{ object: hit.object, id: hit.id }} target="_blank">
          <bdi>{hit.title || t('record.untitled')}</bdi>
        </Link>{' '}
        <span className={`pill ${tone}`}>{t(`duplicates.is.${hit.strength}`)}</span>
        <span className="quiet similar-why">{[...labels, ...(hit.owner ? [hit.owner.name] : [])].join(' · ')}</span>
      </span>
      {children}
    </li>
  )
}

/** On the page of a record: what may be the same, and whom it may be about. */
export default function SimilarStrip({ object, id }: { object: ObjectType; id: string }) {
  const { t } = useWords()
  const catalog = useCatalog()
  const shut = useRef(false)
  const [hidden, setHidden] = useState(false)
  const asked = useQuery({
    queryKey: ['object', object.key, 'similar', id],
    queryFn: () => data.similarTo(object.key, id),
    retry: false,
  })
  const hits = (asked.data?.hits ?? []).filter((hit) => hit.strength !== 'hint')
  if (!hits.length || hidden || shut.current) return null
  const linkOf = (hit: Hit) =>
    catalog.quality[object.key]?.find((rule) => rule.across === hit.object && rule.link && hit.rules.includes(rule.key))?.link
  const tie = async (hit: Hit, link: string) => {
    try {
      const written = await api.update(object.key, id, { [link]: hit.id })
      markStale(object.key)
      done(
        (t) => t('duplicates.tied'),
        written.action,
        () => markStale(object.key),
      )
    } catch (problem) {
      sayProblem(problem)
    }
  }
  return (
    <Alert
      type="info"
      className="similar-strip"
      closable={{ onClose: () => setHidden(true), 'aria-label': t('action.close') }}
      title={t('duplicates.mayBe')}
      description={
        <ul className="similar-list">
          {hits.map((hit) => {
            const link = linkOf(hit)
            return (
              <HitLine key={hit.id} object={object} hit={hit}>
                {hit.object === object.key ? (
                  <Link className="button" to="/data/$" params={{ _splat: `compare/${object.key}/${id},${hit.id}` }}>
                    {t('duplicates.compare')}
                  </Link>
                ) : (
                  link && (
                    <Button size="small" onClick={() => void tie(hit, link)}>
                      {t('duplicates.tie')}
                    </Button>
                  )
                )}
              </HitLine>
            )
          })}
        </ul>
      }
    />
  )
}

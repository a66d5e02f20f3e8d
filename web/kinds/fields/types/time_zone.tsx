import { Select } from 'antd'
import { useEffect, useState } from 'react'
import { countries, timeIn } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { useReference } from '../../../ui/reference'
import { defineField } from '../defineField'
import { shared } from '../parts'

/** Now, to the minute. */
function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

const city = (zone: string) => zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')

function Zone({ value, language, long = false }: { value: string; language: string; long?: boolean }) {
  const { t } = useWords()
  const names = useReference('time-zones')
  const time = timeIn(value, language, useNow())
  const name = names?.find((one) => one.code === value)?.name ?? city(value)
  return (
    <span className="cut" title={value}>
      {long ? (
        <>
          {name} <span className="quiet">{t('fields.now', { time })}</span>
        </>
      ) : (
        <>
          <span className="tabular">{time}</span> <span className="quiet">{name}</span>
        </>
      )}
    </span>
  )
}

const useZones = () =>
  (useReference('time-zones') ?? []).map((one) => ({ value: one.code, label: one.name, words: `${one.name} ${one.code}` }))

export default defineField<string>({
  icon: 'clock',
  commits: 'change',
  width: 170,
  Cell: ({ value, language }) => <Zone value={value} language={language} />,
  Page: ({ value, language }) => <Zone value={value} language={language} long />,
  Input: (props) => (
    <Select
      {...shared(props)}
      className="full"
      allowClear
      showSearch={{ optionFilterProp: 'words' }}
      {...(props.inline ? { defaultOpen: true } : {})}
      value={props.value ?? null}
      onChange={(value: string | undefined) => props.onChange(value ?? null)}
      options={useZones()}
    />
  ),
  FilterInput: ({ value, onChange, language, operator }) => {
    const zones = useZones()
    const many = operator === 'in' || operator === 'in_country'
    const places = countries(language).map(({ code, name }) => ({ value: code, label: name, words: `${name} ${code}` }))
    return (
      <Select
        className="full"
        {...(many ? { mode: 'multiple' as const } : {})}
        showSearch={{ optionFilterProp: 'words' }}
        value={(value ?? (many ? [] : null)) as never}
        onChange={onChange}
        options={operator === 'in_country' ? places : zones}
      />
    )
  },
})

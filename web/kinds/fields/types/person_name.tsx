import { Checkbox, Input } from 'antd'
import { useWords } from '../../../ui/i18n'
import { defineField, type InputProps } from '../defineField'
import { Parts, shared, TextInput } from '../parts'

interface PersonName {
  given: string
  family: string
  native: string
  salutation: string
  family_first: boolean
  full: string
}

const NONE: PersonName = { given: '', family: '', native: '', salutation: '', family_first: false, full: '' }
const EASTERN = /^[぀-ヿ㐀-鿿가-힯\s]*$/

/** Family and given name in the order the reader writes them, then the rest. */
function NameInput(props: InputProps<PersonName>) {
  const { value, onChange, language, id, autoFocus } = props
  const { t } = useWords()
  const name = { ...NONE, ...value }
  const write = (change: Partial<PersonName>) => {
    const next = { ...name, ...change }
    onChange(next.given || next.family || next.native || next.salutation ? next : null)
  }
  const part = (key: 'given' | 'family' | 'native' | 'salutation', first = false) => (
    <label key={key}>
      <span>{t(`fields.${key}`)}</span>
      <Input
        {...shared(first ? { ...props, ...(id ? { id } : {}) } : { ...(props.invalid ? { invalid: true } : {}) })}
        {...(first && autoFocus ? { autoFocus: true } : {})}
        dir="auto"
        autoComplete="off"
        value={name[key]}
        onChange={(event) => write({ [key]: event.target.value })}
      />
    </label>
  )
  const order: ('given' | 'family')[] = language.startsWith('zh') || name.family_first ? ['family', 'given'] : ['given', 'family']
  const latin = !EASTERN.test(name.family + name.given)
  return (
    <Parts inline={props.inline} shown={name.full}>
      {order.map((key, place) => part(key, place === 0))}
      {part('native')}
      {part('salutation')}
      {latin && name.family && name.given && (
        <Checkbox
          className="wide"
          checked={name.family_first}
          onChange={(event) => write({ family_first: event.target.checked })}
        >
          {t('fields.familyFirst')}
        </Checkbox>
      )}
    </Parts>
  )
}

export default defineField<PersonName>({
  icon: 'user',
  width: 170,
  Cell: ({ value }) => (
    <span className="cut">
      {value.salutation && <span className="quiet">{value.salutation} </span>}
      <bdi>{value.full}</bdi>
      {value.native && value.native !== value.full && <bdi className="quiet"> {value.native}</bdi>}
    </span>
  ),
  Input: NameInput,
  FilterInput: (props) => <TextInput {...props} value={props.value as string | null} />,
})

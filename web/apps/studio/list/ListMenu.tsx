/** What else can be done with a whole list: the menu at the end of its toolbar. */
import { Button, Dropdown } from 'antd'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'

export interface ListAction {
  key: string
  icon: string
  label: string
  run: () => void
}

export function ListMenu({ actions }: { actions: ListAction[] }) {
  const { t } = useWords()
  if (!actions.length) return null
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        onClick: ({ key }) => actions.find((one) => one.key === key)?.run(),
        items: actions.map(({ key, icon, label }) => ({ key, label, icon: <Icon name={icon} /> })),
      }}
    >
      <Button type="text" aria-label={t('list.more')}>
        <Icon name="more" />
      </Button>
    </Dropdown>
  )
}

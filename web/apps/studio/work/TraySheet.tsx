/** The tray on a phone: a sheet from below. */
import { Drawer } from 'antd'
import { useWords } from '../../../ui/i18n'
import TrayPanel, { type TrayProps } from './TrayPanel'

export default function TraySheet(props: TrayProps) {
  const { t } = useWords()
  return (
    <Drawer open title={t('work.title')} placement="bottom" size="70vh" onClose={props.onClose}>
      <TrayPanel {...props} headed />
    </Drawer>
  )
}

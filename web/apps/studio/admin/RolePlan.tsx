/** What publishing a role will change, and for how many people; then it is published. */
import { useWords } from '../../../ui/i18n'
import type { Found } from '../edit/model'
import { PublishSheet } from '../edit/PublishSheet'
import { useProblemText } from '../edit/texts'
import { RoleDifferences } from './RoleDifferences'
import type { RightsObject, Role } from './roles'

interface Props {
  name: string
  before: Role | undefined
  after: Role
  base: number
  people: number
  objects: RightsObject[]
  problems: Found[]
  onPublished: (changeSet: string) => void
  onClose: () => void
}

export function RolePlan({ name, before, after, base, people, objects, problems, onPublished, onClose }: Props) {
  const { t, say } = useWords()
  const sentence = useProblemText()
  const where = (problem: Found) => {
    const key = problem.pointer.split('/')[4] ?? ''
    return key ? say(objects.find((one) => one.key === key)?.labels, key) : t('admin.role.itself')
  }
  return (
    <PublishSheet
      title={t('admin.role.publishTitle', { name })}
      kind="role"
      after={after}
      base={base}
      problems={problems}
      sentence={(problem) => `${where(problem)}: ${sentence(problem)}`}
      onPublished={onPublished}
      onClose={onClose}
    >
      <p>{people ? t('admin.role.publishText', { count: people }) : t('admin.role.publishNobody')}</p>
      <RoleDifferences before={before} after={after} objects={objects} />
    </PublishSheet>
  )
}

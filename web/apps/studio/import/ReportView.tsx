/** The verification report: sums and different values in the file and in the base, sample rows side by side, what was changed on the way. */
import { Link } from '@tanstack/react-router'
import { useCatalog } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Value } from '../../../ui/Value'
import { ChangesOf } from './ChangesOf'
import { Notes } from './StepFile'
import type { Import, Report } from './server'
import { fieldName, objectName } from './words'

export function ReportView({ one, report }: { one: Import; report: Report }) {
  const { t } = useWords()
  return (
    <>
      {report.sums.length > 0 && <Sums report={report} />}
      {report.distinct.length > 0 && <Distinct report={report} />}
      {report.samples.length > 0 && <Samples report={report} />}
      {report.changes.length > 0 && <ChangesOf one={one} report={report} />}
      {report.notes.length > 0 && (
        <details className="report-part">
          <summary>{t('imports.report.notes', { count: report.notes.length })}</summary>
          <Notes notes={report.notes} />
        </details>
      )}
    </>
  )
}

function Match({ same }: { same: boolean }) {
  const { t } = useWords()
  return (
    <span className={same ? 'good-text' : 'danger-text'}>
      <Icon name={same ? 'check' : 'warn'} /> {t(same ? 'imports.report.same' : 'imports.report.differs')}
    </span>
  )
}

function Sums({ report }: { report: Report }) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  return (
    <div className="report-part">
      <h3>{t('imports.report.sums')}</h3>
      <div className="related">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('imports.report.field')}</th>
              <th scope="col" className="end">
                {t('imports.report.inFile')}
              </th>
              <th scope="col" className="end">
                {t('imports.report.inBase')}
              </th>
              <th scope="col">
                <span className="unseen">{t('imports.report.same')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {report.sums.map((sum) => (
              <tr key={`${sum.object}.${sum.field}.${sum.currency}`}>
                <td>
                  {objectName(catalog, language, sum.object)}
                  {t('imports.path')}
                  {fieldName(catalog.objects[sum.object], language, sum.field)} {sum.currency}
                </td>
                <td className="end tabular">{number(sum.source, language)}</td>
                <td className="end tabular">{number(sum.stored, language)}</td>
                <td>
                  <Match same={sum.same} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function Distinct({ report }: { report: Report }) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  const several = new Set(report.distinct.map((one) => one.object)).size > 1
  return (
    <details className="report-part">
      <summary>{t('imports.report.distinct', { count: report.distinct.length })}</summary>
      <p className="quiet">{t('imports.report.distinctHelp')}</p>
      <div className="related">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('imports.report.field')}</th>
              <th scope="col" className="end">
                {t('imports.report.inFile')}
              </th>
              <th scope="col" className="end">
                {t('imports.report.inBase')}
              </th>
            </tr>
          </thead>
          <tbody>
            {report.distinct.map((one) => (
              <tr key={`${one.object}.${one.field}`}>
                <td>
                  {several && `${objectName(catalog, language, one.object)}${t('imports.path')}`}
                  {fieldName(catalog.objects[one.object], language, one.field)}
                </td>
                <td className="end tabular">
                  {one.capped && '> '}
                  {number(one.source, language)}
                </td>
                <td className="end tabular">{number(one.stored, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function Samples({ report }: { report: Report }) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  return (
    <details className="report-part">
      <summary>{t('imports.report.samples', { count: report.samples.length })}</summary>
      {report.samples.map((sample) => (
        <div key={sample.number} className="sample-row">
          <strong className="quiet">{t('imports.bad.row', { row: sample.number })}</strong>
          {sample.records.map((record) => {
            const object = catalog.objects[record.object]
            return (
              <div key={record.target} className="related">
                <table>
                  <caption>
                    <Link to="/o/$object/$id" params={{ object: record.object, id: record.id }}>
                      <Icon name={object?.icon ?? 'table'} /> {objectName(catalog, language, record.object)}
                    </Link>
                  </caption>
                  <thead>
                    <tr>
                      <th scope="col">{t('imports.report.field')}</th>
                      <th scope="col">{t('imports.report.inFile')}</th>
                      <th scope="col">{t('imports.report.inBase')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {record.fields.map((field) => {
                      const found = object?.fields.find((item) => item.key === field.field)
                      return (
                        <tr key={field.field}>
                          <td className="quiet">{fieldName(object, language, field.field)}</td>
                          <td dir="auto">{field.cell}</td>
                          <td>{found && <Value object={object} field={found} value={field.stored} />}</td>
                        </tr>
                      )
                    })}
                  </tbody>
                </table>
              </div>
            )
          })}
        </div>
      ))}
    </details>
  )
}

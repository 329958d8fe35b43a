import { findingText, inspectConfig } from '../inspect-config.js'
import { type Examination, ok, type Result } from './examination.js'

/** What `portcullis check` says. */
export const configuration: Examination = {
  name: 'configuration',
  async examine({ config, file }) {
    const findings = await inspectConfig(config, file)
    const results = findings.map((finding): Result => {
      const text = findingText(finding)
      return finding.level === 'error'
        ? { verdict: 'problem', text: `${text}; the server would not start`, about: finding.path }
        : { verdict: 'warning', text, about: finding.path }
    })
    return results.some(({ verdict }) => verdict === 'problem')
      ? results
      : [ok(`${file} is valid`), ...results]
  },
}

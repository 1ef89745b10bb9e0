import type { Finding } from '../src/model/finding.js'
import { runonce } from '../src/plan/runonce.js'
import { operate } from './operate.js'
import type { InitRunonceInput, OperationResult } from './operations.js'
import { step } from './steps.js'

/** What a first machine needs, and the machine if it is asked for. What is there is left alone. */
export async function initRunonce(input: InitRunonceInput): Promise<OperationResult> {
  return operate('initRunonce', input, async ({ cloud, stages }) => {
    const { ref, buildHost } = cloud
    const host = await stages.run('Look', () =>
      step('prepareRunonce', cloud.name, ref, input, buildHost),
    )
    const outcomes = [
      await stages.run('Image', () => step('provideRunonceImage', host, ref, host, input.image)),
      ...(await stages.run('Networks', () =>
        step('createRunonceNetworks', cloud.name, ref, input),
      )),
      ...(await stages.run('Access', () =>
        step('createRunonceAccess', cloud.name, ref, input.publicKey),
      )),
      ...(await stages.run('Flavors', () => step('createRunonceFlavors', cloud.name, ref))),
      ...(input.boot === true
        ? [
            await stages.run(`Boot ${runonce.server}`, () =>
              step('bootRunonceServer', runonce.server, ref),
            ),
          ]
        : []),
    ]
    const address =
      input.boot === true
        ? await stages.run('Address', () => step('giveRunonceAddress', runonce.server, ref))
        : undefined
    const warnings = outcomes.flatMap(({ what, differs }): Finding[] => {
      if (differs === undefined) return []
      const message = `${what} was there and is left as it is: ${differs}; if that is not meant, delete it and run this again`
      return [{ severity: 'warning', message }]
    })
    return { changes: [], warnings, summary: summarize(outcomes, input, address) }
  })
}

type Outcome = { readonly what: string; readonly state: 'made' | 'found' }

function summarize(
  outcomes: readonly Outcome[],
  { publicKey }: InitRunonceInput,
  address: string | undefined,
): string {
  const of = (state: Outcome['state']) =>
    outcomes.flatMap((outcome) => (outcome.state === state ? [outcome.what] : []))
  const [made, found] = [of('made'), of('found')]
  const { server, image, flavor, keyPair, network } = runonce
  const key = publicKey === undefined ? '' : ` --key-name ${keyPair}`
  const boot = `openstack server create --image ${image} --flavor ${flavor}${key} --network ${network} ${server}`
  return [
    ...(made.length > 0 ? [`made: ${made.join(', ')}`] : ['nothing had to be made']),
    ...(found.length > 0 ? [`found: ${found.join(', ')}`] : []),
    address === undefined ? `a machine: ${boot}` : `${server} is active, at ${address}`,
    `its console: openstack console url show --novnc ${server}`,
  ].join('\n')
}

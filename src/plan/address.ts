/** Whether an IPv4 address lies in the network of another that is written with its prefix: `192.168.8.70/24`. */
export function inNetwork(address: string, network: string): boolean {
  const [base = '', prefix = '32'] = network.split('/')
  const [a, b] = [toNumber(address), toNumber(base)]
  if (a === undefined || b === undefined) return false
  const size = 2 ** (32 - Number(prefix))
  return Math.floor(a / size) === Math.floor(b / size)
}

function toNumber(address: string): number | undefined {
  const parts = address.split('.').map(Number)
  const valid = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255)
  return valid ? parts.reduce((number, part) => number * 256 + part, 0) : undefined
}

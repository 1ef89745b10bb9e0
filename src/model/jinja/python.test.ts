import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { renderText } from './render.js'
import type { Value } from './values.js'

const variables: Record<string, Value> = {
  enable_magnum: 'no',
  enable_heat: 'yes',
  openstack_release: '2026.1',
  kolla_base_distro: 'debian',
  kolla_internal_vip_address: '192.168.8.75',
  empty: '',
  nothing: null,
  port: '5000',
  number: 5,
  list: ['kolla1', 'kolla2', 'kolla3'],
  mixed: [3, 1, 2],
  no_list: [],
  no_dict: {},
  map: { b: 1, a: 'x' },
  services: [
    { name: 'keystone', enabled: true, ports: { public: 5000 } },
    { name: 'heat', enabled: false, ports: { public: 8004 } },
  ],
  groups: { control: ['kolla1', 'kolla2'], empty: [] },
}

/** Blanks before blocks, each as in files taken whole and as in files that are merged. */
const layouts = [
  "[federation]\n{% for h in ['a','b'] %}\n  {% if true %}\ntrusted_dashboard = {{ h }}\n  {% endif %}\n{% endfor %}\n[b]\n",
  'a\n\t{# a comment #}\n  {{ port }}\n  x {% if true %}y{% endif %}\n  {%- if true %}\n z\n  {%- endif %}\n',
  'a\n  {%+ if true %}\nb\n  {% endif +%}\nc {% if true +%}\n{% endif %}\n',
  'a\n  {% raw %}\n {{ x }}\n  {% endraw %}\nb {% raw %} {% if %} {% endraw %}\n',
  '  {% if true %}  {% if true %}\n x\n  {% endif %}{% endif %}\n',
]

/** Every one is rendered here and by Python's jinja2; what both refuse counts as equal. */
const templates = [
  'plain text, 100 %',
  '{{ enable_magnum | bool }}',
  '{{ enable_heat | bool and not enable_magnum | bool }}',
  "{{ 'yes' if enable_heat | bool else 'no' }}",
  "{{ openstack_release }}-{{ kolla_base_distro }}-{{ 'bookworm' if openstack_release == '2025.2' else 'trixie' }}",
  "{{ missing | default('x') }}{{ missing | d }}{{ empty | default('y', true) }}{{ nothing | d('z', boolean=true) }}",
  '{{ missing }}',
  '{{ missing.member }}',
  '{{ map.missing }}',
  '{{ map.missing | default(1) }}',
  "{{ map['a'] }}{{ map.get('b') }}{{ map.get('c', 7) }}{{ map.get('c') }}",
  '{{ missing is defined }} {{ list is defined }} {{ missing is not defined }} {{ nothing is none }}',
  '{% if missing %}a{% endif %}',
  "{{ list | join(',') }} {{ list | length }} {{ list | first }} {{ list | last }} {{ list[0] }} {{ list[-1] }}",
  '{{ list[1:] }} {{ list[:-1] }} {{ list[9:] }} {{ kolla_internal_vip_address[:3] }}',
  '{{ list[9] }}',
  "{{ list | map('upper') | join(' ') }} {{ services | map(attribute='name') | list }}",
  "{{ services | map(attribute='ports.public') | sum }} {{ services | map(attribute='x', default=0) | list }}",
  "{{ services | selectattr('enabled') | map(attribute='name') | list }}",
  "{{ services | selectattr('name', 'equalto', 'heat') | list | count }}",
  "{{ services | rejectattr('enabled', '==', true) | map(attribute='name') | join }}",
  "{{ ['', 'a', none, 'b'] | select | join('-') }} {{ mixed | select('>', 1) | list }} {{ mixed | reject('odd') | list }}",
  "{{ port | int + 1 }} {{ 'x' | int }} {{ 'x' | int(9) }} {{ '7.9' | int }} {{ 7.9 | int }} {{ 'ff' | int(0, 16) }}",
  '{{ port + 1 }}',
  '{{ port ~ 1 ~ number ~ true ~ none }}',
  "{{ 'a' + 'b' }} {{ [1] + [2] }} {{ 7 // 2 }} {{ 7 / 2 }} {{ 4 / 2 }} {{ 7 % 3 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 }} {{ 1.5 * 2 }}",
  '{{ 1 / 0 }}',
  "{{ 'kolla1' in list }} {{ 'olla' in 'kolla' }} {{ 'b' in map }} {{ 'z' not in list }} {{ 1 in mixed }} {{ '1' in mixed }}",
  "{{ 1 == '1' }} {{ 1 == 1.0 }} {{ true == 1 }} {{ [1, 2] == [1, 2] }} {{ {'a': 1} == {'a': 1} }} {{ none == false }}",
  '{{ 1 < 2 }} {{ "b" > "a" }} {{ 2 >= 2 }} {{ [1, 2] < [1, 3] }}',
  "{{ 1 < 'a' }}",
  '{{ [] or "empty" }} {{ no_dict or "none" }} {{ 0 or "zero" }} {{ number and port }}',
  '{% if no_list %}full{% else %}empty{% endif %}{% if no_dict %}full{% elif list %}elif{% endif %}',
  "{% for host in groups['control'] %}{{ host }}:5672{% if not loop.last %},{% endif %}{% endfor %}",
  '{% for s in services if s.enabled %}{{ loop.index }}{{ s.name }}{% else %}none{% endfor %}',
  '{% for h in no_list %}x{% else %}none{% endfor %}',
  '{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}',
  '{% set x = 5 %}{{ x }}{% for i in [1] %}{% set x = 6 %}{% endfor %}{{ x }}',
  '{% for i in range(3) %}{{ i }}{% endfor %}{{ range(1, 3) | list }}',
  'a\n{% if true %}\nb\n{% endif %}\nc\n',
  '  {%- if true %} b {%- endif %}\n',
  '{# a comment #}x',
  '{{ true }} {{ True }} {{ none }} {{ 1.0 }} {{ [1, "a", none, true] }} {{ {"k": "it\'s"} }} {{ services[0] }}',
  "{{ 'KeyStone' | lower }} {{ 'a' | upper }} {{ 'keystone fernet' | title }} {{ 'kEY' | capitalize }} {{ ' a ' | trim }}",
  "{{ 'a.b.c' | replace('.', '-') }} {{ 'x$y' | replace('x', '$&') }} {{ 'a,b'.split(',') }} {{ ' a b '.split() }}",
  "{{ 'a'.upper() }} {{ 'abc'.startswith('ab') }} {{ ','.join(list) }} {{ ' x '.strip() }}",
  '{{ mixed | sort }} {{ mixed | max }} {{ mixed | min }} {{ mixed | sum }} {{ mixed | reverse | list }} {{ list | sort(reverse=true) }}',
  "{{ ['b', 'a', 'B'] | unique | list }} {{ ['b', 'A', 'c'] | sort }}",
  '{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.567 | round(2) }} {{ 2.1 | round(0, "ceil") }} {{ -3 | abs }} {{ "1.5" | float }}',
  '{{ [5, 3] | min }} {{ no_list | first }}',
  '{{ no_list | max | default("none") }}',
  "{{ '%s://%s' % ('http', 'x') }} {{ 'n=%d' % 5 }}",
  '{{ 5 is number }} {{ 5 is odd }} {{ "a" is string }} {{ map is mapping }} {{ list is iterable }}',
  '{{ "a" if false }}|',
  '{{ not missing is defined }} {{ not true and false }} {{ not (true and false) }} {{ 1 + 2 * 3 }}',
  '{{ "quote\'s" }} {{ "tab\\t" }} {{ "a" "b" }}',
  '{{ map.keys() | list }} {{ map | length }} {{ map | list }}',
  "{{ no_such('x') }}",
  "{{ 'x' | no_such }}",
  '{{ unclosed',
  '{% if x %}',
  '{% endif %}',
  '{{ a b }}',
  "{{ '%s:%d' | format(port, number) }} {{ '100%%' | format }}",
  "{{ '%s' | format(1, 2) }}",
  "{{ 'a\\nb\\n\\nc\\n' | indent }}|{{ 'a\\nb' | indent(2, true) }}|{{ 'a\\n\\nb' | indent('> ', blank=true) }}",
  '{% raw %}{{ x }} \'"\\ {% if %}{% endraw %}\nnext',
  'a {%- raw -%}  {{ x }}\n {%- endraw -%} b {# {% raw %} #}{% raw %}\n#{% endraw %}',
  '{{ number is divisibleby(5) }}',
  "{{ number is eq(5) or port is in(['5000', '1']) }} {{ port is not in(['5000']) }} {{ not port is eq('1') }}",
  "{{ 'kolla1' is ansible.builtin.match('kolla\\\\d$') }} {{ 'xkolla1' is match('kolla') }} {{ 'xkolla1' is search('kolla') }}",
  "{{ 'a-b-c' | regex_replace('(\\\\w)-(\\\\w)', '\\\\2+\\\\1') }} {{ 'AbA' | regex_replace('a', '$&', ignorecase=true) }}",
  "{{ 'abxd' | regex_replace('x*', '-') }} {{ 'ab' | regex_replace('(?P<one>a)(b)', '\\\\g<one>\\\\g<2>.') }}",
  "{{ 'ab' | regex_replace('(a)', '\\\\2') }}",
  "{{ 'ab' | regex_replace('(a', 'b') }}",
  "{{ 'ab' | ansible.builtin.upper }} {{ list | map('ansible.builtin.upper') | join }} {{ missing | ansible.builtin.default('x') }}",
  "{{ 'a' is ansible.builtin.string }} {{ missing is ansible.builtin.defined }} {{ 'a' is not ansible.builtin.match('b') }}",
  "{{ {'b': [1, {}], 'a': 'é'} | to_nice_json }} {{ [] | to_nice_json(indent=2) }}",
  '{{ "<a href=\'x\'>&" | e }} {{ \'a"b\' | escape }} {{ "x" | safe }} {{ list.index("kolla2") }} {{ list.count("kolla1") }}',
  "{{ list.index('nobody') }}",
  "{{ list | batch(2) | list }} {{ list | batch(2, '-') | list }} {{ map | dictsort }} {{ map | dictsort(false, 'value', true) }}",
  "{% for key, items in services | groupby('enabled') %}{{ key }}:{{ items | map(attribute='name') | join }};{% endfor %}",
  "{{ 'a b/c?d=é&(e)' | urlencode }} {{ {'a b': 'c/d'} | urlencode }} {{ 'one two-three' | wordcount }} {{ 'abc' | center(8) }}|",
  "{{ 'one two three four' | truncate(12) }} {{ 'one two three four' | truncate(12, true, '~', 0) }} {{ 'short' | truncate(4) }}",
  "{{ 'a-b-c'.partition('-') | list }} {{ '7'.zfill(3) }} {{ 'a.b'.find('b') }} {{ '12'.isdigit() }} {{ 'aXbX'.count('X') }} {{ 'ab cd'.title() }}",
  "{{ '/etc/kolla/a.tar.gz' | basename }} {{ '/etc/kolla/a.conf' | dirname }} {{ 'a/b.c' | splitext | list }} {{ '.bashrc' | splitext | list }} {{ '/a' | dirname }}",
  "{{ 'kolla' | hash('sha256') }} {{ 'kolla' | md5 }} {{ 'kolla' | checksum }} {{ ['/etc', 'kolla', 'x'] | path_join }}",
  "{{ 'a1b22' | regex_findall('[0-9]+') }} {{ 'a1' | regex_findall('(.)(.)') | map('list') | list }} {{ 'a1b22' | regex_search('b([0-9]+)') }} {{ 'x.y' | regex_escape }}",
  "{{ ['a', 'b'] | zip([1, 2]) | map('list') | list }} {{ [1, 2] | product(['a']) | map('list') | list }}",
  "{{ kolla_internal_vip_address | put_address_in_context('rabbitmq') }} {{ '10.0.0.11' | put_address_in_context('url') }} {{ 'api.cloud' | put_address_in_context('memcache') }}",
  "{{ 'fd00::11' | put_address_in_context('rabbitmq') }} {{ 'fd00::11' | put_address_in_context('url') }} {{ 'fd00::11' | put_address_in_context('memcache') }} {{ '::ffff:1.2.3.4' | put_address_in_context('rabbitmq') }}",
  "{{ 'a' | put_address_in_context('nowhere') }}",
  "{{ 'api' | kolla_url('http', 80) }} {{ 'api' | kolla_url('https', '443', '/v3') }} {{ 'fd00::1' | kolla_url('http', port) }} {{ 'x' | kolla_url('ws', 80, path='/p') }}",
  "{{ enable_heat | bool | ternary('on', 'off') }} {{ map | to_json }} {{ services[0] | to_json }}",
]

const script = `
import hashlib, ipaddress, itertools, json, os, re, sys
from jinja2 import Environment, StrictUndefined
environment = Environment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
# Ansible's own filters, as ansible-core's plugins/filter/core.py has them.
def to_bool(a):
    return a if a is None or isinstance(a, bool) else str(a).lower() in ('yes', 'on', '1', 'true')
def to_nice_json(a, indent=4):
    return json.dumps(a, indent=indent, sort_keys=True, separators=(',', ': '))
def regex_replace(value, pattern, replacement, ignorecase=False):
    return re.sub(pattern, replacement, value, flags=re.I if ignorecase else 0)
# kolla-ansible's own, as its kolla_ansible/put_address_in_context.py and kolla_url.py have them.
def put_address_in_context(address, context):
    if context not in ['url', 'memcache', 'rabbitmq']:
        raise ValueError(context)
    if ':' not in address and context != 'rabbitmq':
        return address
    if context == 'url':
        return '[' + address + ']'
    if context == 'memcache':
        return 'inet6:[' + address + ']'
    if ipaddress.ip_address(address).version == 6:
        return ','.join(['16#%x' % int(x, 16) for x in ipaddress.ip_address(address).exploded.split(':')])
    return address.replace('.', ',')
def kolla_url(fqdn, protocol, port, path='', context='url'):
    fqdn, port = put_address_in_context(fqdn, context), int(port)
    usual = {'http': 80, 'https': 443, 'ws': 80, 'wss': 443}
    return protocol + '://' + fqdn + ('' if usual.get(protocol) == port else ':' + str(port)) + path
def digest(name):
    return lambda value, kind=name: hashlib.new(kind, value.encode()).hexdigest()
environment.filters.update(
    put_address_in_context=put_address_in_context, kolla_url=kolla_url, hash=digest('sha1'), md5=digest('md5'),
    checksum=digest('sha1'), basename=os.path.basename, dirname=os.path.dirname, splitext=os.path.splitext,
    path_join=lambda parts: os.path.join(*parts), regex_findall=lambda v, p: re.findall(p, v),
    regex_search=lambda v, p: (re.search(p, v) or [''])[0], regex_escape=re.escape, zip=zip, product=itertools.product)
environment.filters.update(bool=to_bool, ternary=lambda v, t, f: t if v else f, to_json=json.dumps,
                           to_nice_json=to_nice_json, regex_replace=regex_replace)
environment.tests.update(match=lambda v, p: bool(re.match(p, v)), search=lambda v, p: bool(re.search(p, v)))
for table in environment.filters, environment.tests:
    table.update({'ansible.builtin.' + name: value for name, value in table.items()})
request = json.load(sys.stdin)
merging = environment.overlay(lstrip_blocks=True)
def render(text, environment=environment):
    try:
        return environment.from_string(text).render(request['variables'])
    except Exception:
        return None
json.dump({
    'templates': [render(text) for text in request['templates']],
    'whole': [render(text) for text in request['layouts']],
    'merged': [render(text, merging) for text in request['layouts']],
}, sys.stdout)
`

function imports(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import jinja2'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A Python that has jinja2: the system's, or one in a virtual environment kept below the temporary directory. */
function pythonWithJinja(): string {
  if (imports('python3')) return 'python3'
  const folder = join(tmpdir(), 'kolla-temporal-jinja2')
  const python = join(folder, 'bin', 'python')
  if (!imports(python)) {
    execFileSync('python3', ['-m', 'venv', '--clear', folder])
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'jinja2'])
  }
  return python
}

describe("agrees with Python's jinja2", () => {
  type Results = (string | null)[]
  let expected: Record<'templates' | 'whole' | 'merged', Results>

  beforeAll(() => {
    const input = JSON.stringify({ variables, templates, layouts })
    expected = JSON.parse(
      execFileSync(pythonWithJinja(), ['-c', script], { input, encoding: 'utf8' }),
    ) as typeof expected
  }, 120_000)

  it.each(templates.map((template, index) => ({ template, index })))(
    '$template',
    ({ template, index }) => {
      let ours: string | null
      try {
        ours = renderText(template, (name) => variables[name])
      } catch {
        ours = null
      }
      expect(ours).toBe(expected.templates[index])
    },
  )

  it.each(layouts.map((template, index) => ({ template, index })))(
    'blanks of $template',
    ({ template, index }) => {
      const scope = (name: string) => variables[name]
      expect(renderText(template, scope)).toBe(expected.whole[index])
      const merged = renderText(template, scope, { trimBlocks: true, lstripBlocks: true })
      expect(merged).toBe(expected.merged[index])
    },
  )
})

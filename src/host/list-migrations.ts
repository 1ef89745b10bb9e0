/**
 * A command for a container of a service's image that prints its program's version, and then file and assignment of every
 * `revision`, `down_revision` and `depends_on` of Alembic's migrations in these folders, which are named as in `Schema`.
 * Nothing of the service is loaded.
 */
export function listMigrations(folders: readonly string[]): readonly string[] {
  return ['python3', '-c', program, packageOf(folders), ...folders]
}

/** The command that prints the version alone. */
export function tellVersion(folders: readonly string[]): readonly string[] {
  return ['python3', '-c', program, packageOf(folders)]
}

function packageOf([folder = '']: readonly string[]): string {
  return folder.split('/')[0] ?? ''
}

const program = `
import importlib.metadata as metadata, importlib.util as util, pathlib, re, sys
package, *folders = sys.argv[1:]
print(metadata.version(metadata.packages_distributions()[package][0]))
root = pathlib.Path(util.find_spec(package).submodule_search_locations[0]).parent
for folder in folders:
    versions = root / folder / "versions"
    for file in sorted(versions.rglob("*.py")):
        for line in file.read_text().splitlines():
            if re.match(r"(revision|down_revision|depends_on)(: [^=]+)? = ", line):
                print(f"{file.relative_to(versions)}:{line}")
`

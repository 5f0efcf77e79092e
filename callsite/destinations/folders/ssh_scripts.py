"""The steps of a publish on another machine, as pieces of script for the shells there are (POSIX, dash, BusyBox), and
what they print. Nothing here touches the other machine.

Every word that comes from here is quoted. Lists of paths pass through `printf`, which is part of the shell and takes
any number of them. The main shell stands in the folder of releases; see `releases` for what is in it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from callsite.publish.manifest import Manifest, format_manifest
from callsite.records import dataclass, field

_SIZE = re.compile(r"\s*(\d+) \./(.*)")
_LIST = re.compile(r"([0-9A-Za-z_-]+) (\d{1,12})")
_SUM = re.compile(r"([0-9a-f]{64}) [ *]\./(.*)")

# What can be seen from outside: a line for each thing, and none for names that are none of ours. `strange` is set when
# nothing may be changed.
_STATE: Final = """
state() {
  strange=
  if [ ! -d .callsite ] && [ -n "$(ls -A)" ]; then strange=1; echo foreign; fi
  for each in .callsite .callsite/lock releases; do
    if [ -L "$each" ]; then strange=1; printf 'linked %s\\n' "$each"; fi
  done
  if [ -L current ]; then
    link=$(readlink current)
    case $link in *[!0-9A-Za-z_./-]*) link=? ;; esac
    printf 'link %s\\n' "$link"
    case $link in releases/*) ;; *) strange=1 ;; esac
  elif [ -e current ]; then strange=1; echo taken; fi
}
busy() { printf 'busy %s\\n' "$(head -n 1 .callsite/lock)"; }
is_alive() { [ -n "$1" ] && { kill -0 "$1" || ps -p "$1"; } >/dev/null 2>&1; }
list() {
  [ -f ".callsite/$1.json" ] && [ ! -L ".callsite/$1.json" ] || return 0
  printf 'list %s %d\\n' "$1" $(wc -c < ".callsite/$1.json")
  cat ".callsite/$1.json"
  echo
}
"""

# Whoever looks only asks whether the lock is free.
_LOOK: Final = """
look() {
  if [ ! -e "$root" ] && [ ! -L "$root" ]; then echo absent; return 0; fi
  cd "$root" 2>/dev/null || { echo closed; return 0; }
  state
  if [ ! -f .callsite/lock ] || [ -L .callsite/lock ]; then :
  elif command -v flock >/dev/null; then flock -n -s .callsite/lock true || busy
  elif is_alive "$(readlink .callsite/lock.pid)"; then busy; fi
  [ -L current ] || return 0
  name=${link#releases/}
  case $name in '' | *[!0-9A-Za-z_-]*) return 0 ;; esac
  if [ -L "releases/$name" ]; then printf 'linked releases/%s\\n' "$name"
  elif [ -d "releases/$name" ]; then echo there; list "$name"; fi
}
look
"""

# Whoever publishes has the lock open as descriptor 9 as long as the main shell lives. Where there is no flock, a link
# has the number of that shell.
_ENTER: Final = """
lock() {
  ( : >> .callsite/lock ) || return 1
  if command -v flock >/dev/null; then
    exec 9<>.callsite/lock
    flock -n 9 || { sleep 1; flock -n 9; } || { busy; return 0; }
  else
    until ln -s $$ .callsite/lock.pid 2>/dev/null; do
      holder=$(readlink .callsite/lock.pid) || return 1
      if is_alive "$holder"; then busy; return 0; fi
      mv -f .callsite/lock.pid .callsite/lock.stale || return 1
      now=$(readlink .callsite/lock.stale)
      if [ "$now" != "$holder" ]; then ln -s "$now" .callsite/lock.pid; fi
    done
    trap '[ -z "$watch" ] || kill -9 "$watch"; rm -f .callsite/lock.pid' EXIT
  fi
  printf '%s %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" $$ > .callsite/lock
}
enter() {
  command -v rsync >/dev/null || { echo bare; return 0; }
  mkdir -p "$root" && cd "$root" || return 1
  state
  [ -z "$strange" ] || return 0
  [ -d .callsite ] || { mkdir .callsite && chmod o-rwx .callsite; } || return 1
  lock && mkdir -p releases || return 1
  for each in releases/* releases/.*; do
    case ${each#releases/} in *[!0-9A-Za-z_.-]*) continue ;; esac
    if [ -d "$each" ] && [ ! -L "$each" ]; then printf 'folder %s\\n' "${each#releases/}"; fi
  done
  for each in .callsite/*; do
    case ${each#.callsite/} in *[!0-9A-Za-z_.-]*) ;; *) printf 'own %s\\n' "${each#.callsite/}" ;; esac
  done
}
enter
"""

# What is linked is never written to. A release in which somebody has put links is not used for that.
_LINK: Final = """
link() {
  [ -d "releases/$1" ] && [ ! -L "releases/$1" ] || return 0
  [ -z "$(find "releases/$1" ! -type d ! -type f | head -n 1)" ] || return 0
  set -- --link-dest="../$1/" "releases/$1/" "releases/$2/"
  rsync -tp --from0 --files-from=- --ignore-missing-args "$@" || case $? in 23 | 24) ;; *) return 1 ;; esac
}
"""
_LISTS: Final = """
for each in .callsite/*.json; do
  name=${each#.callsite/}
  name=${name%.json}
  case $name in *[!0-9A-Za-z_-]*) continue ;; esac
  if [ -d "releases/$name" ] && [ ! -L "releases/$name" ]; then list "$name"; fi
done
"""
_SIZES: Final = "find . -type f ! -path '*\n*' -exec wc -c {} +"
_SUMS: Final = """
if command -v sha256sum >/dev/null; then sum=sha256sum; else sum='shasum -a 256'; command -v shasum >/dev/null; fi
"""

_WRITE: Final = """
part=.callsite/$name.json.part
rm -f "$part"
( set -C; printf %s "$data" > "$part" ) || [ -f "$part" ]
[ $(wc -c < "$part") -eq ${#data} ] || { echo 'No space left on device' >&2; exit 1; }
"""

# `mv` puts a link that leads to a folder into it, unless it is told not to, for which systems have words of their own.
_SHOW: Final = """
rm -f .callsite/current.part
ln -s "releases/$name" .callsite/current.part
for how in 'mv -fT' 'mv -fh' "perl -e rename(\\$ARGV[0],\\$ARGV[1])"; do
  ! $how .callsite/current.part current || break
done
[ "$(readlink current)" = "releases/$name" ]
sync -f . 2>/dev/null || sync
"""

_REMOVE: Final = """
remove() {
  rm -rf "releases/.$1.gone"
  mv "releases/$1" "releases/.$1.gone" && rm -f ".callsite/$1.json" && rm -rf "releases/.$1.gone"
}
"""

# If everybody may read the folder, a web server among them, everybody may read what is in it.
_SHARE: Final = """
share() {
  find "$@" \\( -type d ! -perm -555 -o -type f ! -perm -444 \\) -exec chmod a+rX {} + 2>/dev/null || :
}
if [ -n "$(find . -prune -perm -005)" ]; then
  share releases -prune
  share "releases/$partial"
fi
"""

# The list comes first: a list without a release is taken away by the next publish, but a folder without a list may be
# somebody else's, and would stay for good.
_FINISH: Final = """
if [ -f ".callsite/$name.json" ] && [ -d "releases/$name" ]; then remove "$name"; fi
if [ -e "releases/$name" ] || [ -L "releases/$name" ]; then echo 'File exists' >&2; exit 1; fi
mv -f "$part" ".callsite/$name.json"
sync -f . 2>/dev/null || sync
mv "releases/$partial" "releases/$name"
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What the scripts have said: words of one line each by their first, and lists of releases by name."""

    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lists: Mapping[str, bytes] = field(default_factory=dict)


def make_look(root: str) -> str:
    """See what stands in a folder, for the main shell."""
    return f"root={shlex.quote(make_path(root))}\n{_STATE}{_LOOK}"


def make_enter(root: str) -> str:
    """Make a folder if need be and lock it, for the main shell."""
    return f"root={shlex.quote(make_path(root))}\n{_STATE}{_ENTER}"


def make_list(name: str) -> str:
    """Print the list of a release."""
    return f"[ ! -d releases/{name} ] || [ -L releases/{name} ] || list {name}\n"


def make_lists() -> str:
    """Print the lists of all releases."""
    return _LISTS


def make_folder(name: str) -> str:
    """Make a folder beside the releases."""
    return f"mkdir releases/{shlex.quote(name)}\n"


def make_links(source: str, target: str, paths: Collection[str]) -> str:
    """Give files of one folder their names in another one as well."""
    if not paths:
        return ""
    return f"{_LINK}printf './%s\\000' {quote(paths)} | link {shlex.quote(source)} {shlex.quote(target)}\n"


def make_sizes(name: str) -> str:
    """Print the sizes of all files in a folder."""
    return f"cd releases/{shlex.quote(name)}\n{_SIZES}\n"


def make_sums(name: str, paths: Iterable[str]) -> str:
    """Print the digests of files in a folder; it fails where there is no program for that."""
    return f"{_SUMS}cd releases/{shlex.quote(name)}\nprintf './%s\\000' {quote(paths)} | xargs -0 $sum || :\n"


def make_finish(partial: str, manifest: Manifest, strays: Iterable[str] = ()) -> str:
    """Make a release of a folder that is whole but for `strays`, which are taken away, and show it."""
    away = "".join(f"rm -f {shlex.quote(f'releases/{partial}/{path}')}\n" for path in sorted(strays))
    return f"{_assign(manifest)}partial={shlex.quote(partial)}\n{_REMOVE}{away}{_SHARE}{_WRITE}{_FINISH}{_SHOW}"


def make_show(manifest: Manifest) -> str:
    """Show a release that is there, with its list as it is now."""
    return f'{_assign(manifest)}{_WRITE}mv -f "$part" ".callsite/$name.json"\n{_SHOW}'


def make_tidy(unfinished: Iterable[str], loose: Iterable[str], outdated: Iterable[str]) -> str:
    """Take away folders of killed runs, lists of theirs and old releases, as far as that can be done."""
    steps = [
        *(f"rm -rf {shlex.quote(f'releases/{name}')}" for name in unfinished),
        *(f"rm -f {shlex.quote(f'.callsite/{name}')}" for name in loose),
        *(f"remove {shlex.quote(name)}" for name in outdated),
    ]
    return "\n".join([_REMOVE, "set +e", *steps, ":"])


def parse_said(data: bytes) -> Said:
    """Read what `make_look`, `make_enter`, `make_list` and `make_lists` print. Raises ValueError for anything else."""
    lines: dict[str, list[str]] = {}
    lists: dict[str, bytes] = {}
    while data:
        line, _, data = data.partition(b"\n")
        word, _, rest = line.decode("utf-8", "replace").partition(" ")
        if word == "list":
            told = _LIST.fullmatch(rest)
            size = int(told[2]) if told else len(data)
            if not told or data[size : size + 1] != b"\n":
                raise ValueError(rest)
            lists[told[1]], data = data[:size], data[size + 1 :]
        else:
            lines.setdefault(word, []).append(rest)
    return Said(lines, lists)


def parse_sizes(data: bytes) -> dict[str, int]:
    """Read what `make_sizes` prints."""
    return {path: int(size) for size, path in _match(_SIZE, data)}


def parse_sums(data: bytes) -> dict[str, str]:
    """Read what `make_sums` prints."""
    return {path: digest for digest, path in _match(_SUM, data)}


def quote(words: Iterable[str]) -> str:
    """Words for a shell, which reads nothing into them."""
    return " ".join(map(shlex.quote, words))


def make_path(path: str) -> str:
    """The path of a folder, which begins at the home folder there unless it is absolute, and is never an option."""
    path = path.removeprefix("~/") if path != "~" else "."
    return path if path.startswith("/") else f"./{path}"


def _assign(manifest: Manifest) -> str:
    return f"name={shlex.quote(manifest.release)}\ndata={shlex.quote(format_manifest(manifest).decode())}\n"


def _match(pattern: re.Pattern[str], data: bytes) -> Iterator[tuple[str, str]]:
    for line in data.decode("utf-8", "replace").split("\n"):
        found = pattern.fullmatch(line)
        if found:
            yield found[1], found[2]

"""Where the commits of a branch are looked at and made: copies of it, and the remote they are from."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path

from callsite.destinations.branch.copies import Copies
from callsite.destinations.branch.history import State, read_states
from callsite.destinations.branch.remote import Remote, Tip
from callsite.destinations.branch.trees import Item, read_items
from callsite.destinations.destination import MovedError
from callsite.errors import CallsiteError
from callsite.git.command import GitError, run_git
from callsite.records import replace
from callsite.storing import write_whole


class Workshop:
    """What a destination works with. All but `hold` is called while it is held, and raises GitError and OSError, of
    which `hold` makes errors for the user.
    """

    def __init__(self, remote: Remote, branch: str, cache: Path) -> None:
        self.remote, self._branch, self._cache = remote, branch, cache
        self._copies = Copies(cache, remote.title)

    @contextlib.contextmanager
    def hold(self, *, is_publishing: bool = False) -> Iterator[None]:
        """Keep others in this checkout away, and tell in our words what git and the disk have to say."""
        try:
            with self._copies.hold(is_publishing=is_publishing):
                yield
        except GitError as error:
            raise self.remote.explain(error) from None
        except OSError as error:
            where = f"{self.remote.title}: {error.filename or self._cache}"
            raise CallsiteError(f"{where} cannot be used, {error.strerror}; see to its room and rights") from None

    def ask(self) -> Tip:
        """Ask where the branch stands."""
        with self._copies.begin() as part:
            return self.remote.ask(part, self._branch)

    def find_copy(self, tip: Tip) -> Path | None:
        """The copy for a commit, if there is one that it is worth going on with."""
        copy = self._copies.find(tip.commit)
        return None if copy is None or self._copies.is_full(copy) else copy

    def make_copy(self, tip: Tip, *, whole: bool = False) -> tuple[Tip, Path]:
        """Make a fresh copy of what the branch has now, maybe newer than `tip`; with `whole`, of all contents."""
        with self._copies.begin(tip.is_sha256) as part:
            commit = self.remote.fetch(part, self._branch, whole=whole)
            return replace(tip, commit=commit), self._copies.keep(part, commit)

    def keep_copy(self, copy: Path, commit: str) -> None:
        """A copy is one of a new commit from now on."""
        self._copies.keep(copy, commit)

    def open_copy(self, tip: Tip) -> tuple[Path, dict[str, Item]]:
        """The copy for a commit, and what is in it. Raises MovedError when it can be had no more."""
        copy = self._copies.find(tip.commit)
        if not tip.commit:
            if copy is None:
                with self._copies.begin(tip.is_sha256) as part:
                    copy = self._copies.keep(part, "")
            return copy, {}
        items = None
        if copy is not None:
            with contextlib.suppress(GitError):
                items = read_items(self.remote.make_environment(copy), tip.commit)
        if copy is None or items is None:
            now = self.ask()
            if now.commit == tip.commit:
                now, copy = self.make_copy(tip)
            if copy is None or now.commit != tip.commit:
                raise MovedError(f"{self.remote.title}: somebody else has changed it meanwhile; publish again")
            items = read_items(self.remote.make_environment(copy), tip.commit)
        # Git need not look for what was before, and takes all that this commit has for known to the server.
        write_whole(copy / "shallow", f"{tip.commit}\n".encode("ascii"))
        return copy, items

    @contextlib.contextmanager
    def open_past(self, tip: Tip, path: str, keep: int) -> Iterator[tuple[Path, str, list[State]]]:
        """A repository with the history of the branch, the commit where the branch stands now, and the states in it.

        `path` is where the manifest is, `keep` how many states are wanted besides the present one.
        """
        with contextlib.ExitStack() as stack:

            def fetch(whole: bool) -> tuple[Path, str, list[State]]:
                part = stack.enter_context(self._copies.begin(tip.is_sha256))
                commit = self.remote.fetch(part, self._branch, 4 * keep + 20, whole=whole)
                return part, commit, list(read_states(self.remote, part, commit, path, keep + 4))

            try:
                past = fetch(whole=False)
            except GitError:  # the server gives no single contents
                past = fetch(whole=True)
            yield past

    def bring(self, repository: Path, names: Collection[str]) -> None:
        """See that contents are in a repository."""
        questions = "".join(f"{name}\n" for name in sorted(names)).encode("ascii")
        environment = self.remote.make_environment(repository)
        said = run_git(environment, "cat-file", "--batch-check=%(objectname)", stdin=questions).decode("ascii")
        if missing := [line.split()[0] for line in said.splitlines() if line.endswith(" missing")]:
            self.remote.bring(repository, missing)

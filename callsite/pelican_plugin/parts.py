"""What the plugin puts into Pelican's machine: a reader for Markdown and a generator of lists."""

from __future__ import annotations

from typing import Any

from pelican.generators import Generator
from pelican.readers import BaseReader, MarkdownReader

from callsite.pelican_plugin.run import current_run


class CallsiteReader(BaseReader):
    """Hands out the Markdown files that were rendered when the run began."""

    enabled = True
    file_extensions = MarkdownReader.file_extensions

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """The body as HTML and the metadata of a file. Pelican hands in absolute paths."""
        run = current_run()
        if source_path not in run.sources:  # written after the run began
            run.read(source_path)
            run.report(run.examine([source_path]))
            run.link(source_path)
        return run.show(source_path), dict(run.metadata[source_path])


class ListPages(Generator):
    """Writes the generated pages: lists of symbols, projects, libraries and the like."""

    def generate_output(self, writer: Any) -> None:
        """Write the pages."""
        run, relative = current_run(), self.settings["RELATIVE_URLS"]
        assert run.navigation is not None  # made before anything is written
        template = run.find_template("list")
        for view in run.lists:
            sidebar = run.navigation.view_list(view)
            writer.write_file(view.url, template, self.context, relative, url=view.url, listed=view, sidebar=sidebar)

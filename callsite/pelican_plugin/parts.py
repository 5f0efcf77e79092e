"""What the plugin puts into Pelican's machine: a reader for Markdown and a generator of library pages."""

from __future__ import annotations

from typing import Any

from pelican.generators import Generator, PelicanTemplateNotFound
from pelican.readers import BaseReader, MarkdownReader

from callsite.pelican_plugin.run import current_run


class CallsiteReader(BaseReader):
    """Hands out the Markdown files that were rendered when the run began."""

    enabled = True
    file_extensions = MarkdownReader.file_extensions

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """The body as HTML and the metadata of a file. Pelican hands in absolute paths."""
        run = current_run()
        if source_path not in run.loaded:  # written after the run began
            run.report(run.load(source_path))
        return run.loaded[source_path].rendered.html, dict(run.metadata[source_path])


class LibraryPages(Generator):
    """Writes a page for each library whose author has written none."""

    def generate_output(self, writer: Any) -> None:
        """Write the pages; a theme without a `library` template has none."""
        navigation = current_run().navigation
        assert navigation is not None  # made before anything is written
        try:
            template = self.get_template("library")
        except PelicanTemplateNotFound:
            return
        relative = self.settings["RELATIVE_URLS"]
        for library in navigation.libraries:
            if not library.written:
                writer.write_file(library.url, template, self.context, relative, url=library.url, library=library)

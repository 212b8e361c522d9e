"""A page in a browser, offline."""

from pathlib import Path
from typing import Any


class Visit:
    """An open page and everything it said, asked for or popped up."""

    def __init__(
        self, browser: Any, path: Path, width: int = 1280, scheme: str = "light", place: str = "",
        **options: Any,
    ) -> None:  # fmt: skip
        size = {"width": width, "height": 900}
        self.context = browser.new_context(
            viewport=size, offline=True, color_scheme=scheme, **options
        )
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", self._dialog)
        self.page.goto(path.as_uri() + place)
        self.page.wait_for_selector("html[data-drawn=all]", state="attached", timeout=120_000)

    def unfold(self) -> None:
        """Open all that is folded, and draw what is in it."""
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        self.page.evaluate("drawRest()")

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

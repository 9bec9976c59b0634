"""A log whose first line imports `logging`: a twentieth of the start of a process that may never write one."""


class LateLog:
    """What `logging.getLogger` gives, so far as it is wanted here."""

    def __init__(self, name: str) -> None:
        self._name = name

    def debug(self, text: str, *arguments: object, exc_info: bool = False) -> None:
        """Log for whoever looks for a fault."""
        self._log("DEBUG", text, arguments, exc_info=exc_info)

    def info(self, text: str, *arguments: object) -> None:
        """Log what may be worth knowing."""
        self._log("INFO", text, arguments)

    def warning(self, text: str, *arguments: object) -> None:
        """Log what somebody should know."""
        self._log("WARNING", text, arguments)

    def _log(self, level: str, text: str, arguments: tuple[object, ...], *, exc_info: bool = False) -> None:
        import logging  # noqa: PLC0415 - that is what this is for

        # The line is the caller's, not that of the method above.
        logging.getLogger(self._name).log(
            logging.getLevelNamesMapping()[level], text, *arguments, exc_info=exc_info, stacklevel=3
        )

"""What goes wrong with an engine, said with the fix."""


class EngineTrouble(Exception):
    """An engine cannot be started, reached or stopped."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(f"{why} {fix}")
        self.why, self.fix = why, fix

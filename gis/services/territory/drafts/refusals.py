"""What an import in the browser refuses.

DraftRefused       the upload or what was chosen for it cannot be used; nothing was kept or changed
└── WrongDraftMove the draft stands elsewhere than the person thinks: another window, a job at work
"""

from gis.geometry.errors import GridworkError


class DraftRefused(GridworkError):
    """An upload, or what was chosen for it, cannot be used."""

    rule = "draft.refused"


class WrongDraftMove(DraftRefused):
    """A draft cannot do this where it stands."""

    rule = "draft.wrong_move"


class Stopped(GridworkError):
    """The person asked the job to stop; it rolls back and ends."""

    rule = "draft.stopped"


class StillAtWork(GridworkError):
    """An earlier job of the draft has not let go yet; come back in a moment."""

    rule = "draft.still_at_work"


class Overtaken(GridworkError):
    """The draft went on without this job; whatever the job did is rolled back."""

    rule = "draft.overtaken"

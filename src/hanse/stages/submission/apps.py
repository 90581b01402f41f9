"""The app as Django knows it."""

from django.apps import AppConfig


class SubmissionConfig(AppConfig):
    """Stage 4: applications are sealed, and every attempt gets a receipt."""

    name = "hanse.stages.submission"
    label = "submission"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let all who take part be told when a deadline is moved."""
        from hanse.stages.announcement.actions.moving import when_deadline_moves  # models load after this module
        from hanse.stages.submission.actions.extending import tell_of_moved_deadline

        when_deadline_moves(tell_of_moved_deadline)

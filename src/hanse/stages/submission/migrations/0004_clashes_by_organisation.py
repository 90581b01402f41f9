"""Clashes are looked for by organisation too, under the lock for which every submission waits."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("submission", "0003_deadlines")]
    operations: ClassVar = [
        migrations.AddIndex(
            model_name="standingmember",
            index=models.Index(fields=["call", "organisation"], name="submission_organisations"),
        )
    ]

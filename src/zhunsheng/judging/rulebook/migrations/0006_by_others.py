from __future__ import annotations

from django.db import migrations

from zhunsheng.judging.rulebook.walls import refuse_writers


class Migration(migrations.Migration):
    works_with_former = "the former version has no co-authors to refuse"

    dependencies = [("rulebook", "0005_manuscripts")]

    operations = [refuse_writers()]

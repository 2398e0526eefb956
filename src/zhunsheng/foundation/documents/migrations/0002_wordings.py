"""Wordings of the bureau's own, kept by the database."""

from __future__ import annotations

from django.db import migrations, models

from zhunsheng.foundation.documents.fixed import wording_kept_by_the_database


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=64)),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "DRAFT"),
                            ("REVIEWING", "REVIEWING"),
                            ("APPROVED", "APPROVED"),
                            ("PUBLISHED", "PUBLISHED"),
                            ("WITHDRAWN", "WITHDRAWN"),
                        ],
                        max_length=12,
                    ),
                ),
                ("body", models.TextField()),
                ("content_hash", models.CharField(max_length=64)),
                ("reason", models.CharField(max_length=500)),
                ("authors", models.JSONField()),
                ("author", models.CharField(max_length=200)),
                ("author_name", models.CharField(max_length=200)),
                ("approver", models.CharField(blank=True, default="", max_length=200)),
                ("approver_name", models.CharField(blank=True, default="", max_length=200)),
                ("opinion", models.CharField(blank=True, default="", max_length=500)),
                ("drafted_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("effective_on", models.DateField(null=True)),
            ],
            options={
                "ordering": ("kind", "number"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["DRAFT", "REVIEWING", "APPROVED", "PUBLISHED", "WITHDRAWN"])
                        ),
                        name="documents_known_wording_state",
                    ),
                    models.UniqueConstraint(fields=("kind", "number"), name="documents_one_wording_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["DRAFT", "REVIEWING", "APPROVED"])),
                        fields=("kind",),
                        name="documents_one_wording_on_its_way",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "PUBLISHED")),
                        fields=("kind", "effective_on"),
                        name="documents_one_wording_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver", ""),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="documents_wording_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["APPROVED", "PUBLISHED"]), _negated=True),
                            models.Q(("approver", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="documents_wording_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("effective_on__isnull", False), ("state", "PUBLISHED")),
                            models.Q(
                                models.Q(("state", "PUBLISHED"), _negated=True),
                                ("effective_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="documents_wording_for_a_day",
                    ),
                ],
            },
        ),
        wording_kept_by_the_database(),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("triggers", "0004_answers_and_lists"),
    ]

    operations = [
        migrations.DeleteModel(name="PublishedList"),
    ]

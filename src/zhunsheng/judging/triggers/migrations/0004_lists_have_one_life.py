from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("triggers", "0003_published_lists"),
    ]

    operations = [
        migrations.DeleteModel(name="PublishedList"),
    ]

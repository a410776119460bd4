"""A finished audit changes what the map says of boundaries that have come since the one before."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("gridwork", "0008_seen_without_index")]

    operations = [
        migrations.RunSQL(
            (SQL / "tile_runs.sql").read_text(encoding="utf-8"), (SQL / "tile_runs_undo.sql").read_text(encoding="utf-8")
        )
    ]

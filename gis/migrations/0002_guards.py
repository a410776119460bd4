"""What must never be, refused by PostgreSQL: see the SQL's own comments."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("gridwork", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / f"{name}.sql").read_text(encoding="utf-8"), (SQL / f"{name}_undo.sql").read_text(encoding="utf-8")
        )
        for name in ("journal_guard", "place_guard", "grid_overlap")
    ]

"""Every place's name gets its spelling in pinyin, so that people find it by typing letters."""

from django.db import migrations

import gis.models.spelling
from gis.models.spelling import spelling_of

KINDS = ("building", "community", "communityoffice", "compound", "district", "grid", "road", "servicestation", "street")
ROWS_AT_ONCE = 20_000


def spell(apps, schema_editor):
    """Write the spelling of every name that is there."""
    for kind in KINDS:
        table = apps.get_model("gridwork", kind)._meta.db_table
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT id, name FROM {table} WHERE name <> ''")
            rows = cursor.fetchall()
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                cursor.execute(
                    f"UPDATE {table} AS place SET spelling = told.spelling"
                    " FROM unnest(%s::bigint[], %s::text[]) AS told(id, spelling) WHERE place.id = told.id",
                    [[row[0] for row in some], [spelling_of(row[1]) for row in some]],
                )


class Migration(migrations.Migration):
    dependencies = [("gridwork", "0006_tiles")]

    operations = [
        *(
            migrations.AddField(model_name=kind, name="spelling", field=gis.models.spelling.SpellingField())
            for kind in KINDS
        ),
        migrations.RunPython(spell, migrations.RunPython.noop),
    ]

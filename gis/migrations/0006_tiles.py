"""The map's tiles: generalised copies, what waits for them, what changed; the last two are noted by PostgreSQL itself."""

from pathlib import Path

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):

    dependencies = [
        ('gridwork', '0005_import_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='TileWaiting',
            fields=[
                ('pk', models.CompositePrimaryKey('layer', 'shape_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('layer', models.CharField(choices=[('district', '区'), ('street', '街道'), ('community', '社区'), ('grid', '网格'), ('compound', '小区'), ('building', '楼栋'), ('station', '服务站'), ('office', '社区办公点'), ('road', '道路'), ('finding', '问题'), ('finding_cut', '切割线')], max_length=20)),
                ('shape_id', models.BigIntegerField()),
                ('ticket', models.BigIntegerField()),
            ],
            options={
                'verbose_name': '待概括图形',
                'verbose_name_plural': '待概括图形',
            },
        ),
        migrations.CreateModel(
            name='TileChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layer', models.CharField(choices=[('district', '区'), ('street', '街道'), ('community', '社区'), ('grid', '网格'), ('compound', '小区'), ('building', '楼栋'), ('station', '服务站'), ('office', '社区办公点'), ('road', '道路'), ('finding', '问题')], max_length=20)),
                ('district_code', models.CharField(max_length=6)),
                ('moment', models.DateTimeField(blank=True, null=True)),
                ('changes', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '图层变更',
                'verbose_name_plural': '图层变更',
                'indexes': [models.Index(fields=['district_code', 'layer', 'moment'], name='tilechange_by_layer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('changes__gt', 0)), name='tilechange_counts_up')],
            },
        ),
        migrations.CreateModel(
            name='TileCopy',
            fields=[
                ('pk', models.CompositePrimaryKey('shape_id', 'layer', 'zoom', blank=True, editable=False, primary_key=True, serialize=False)),
                ('layer', models.CharField(choices=[('district', '区'), ('street', '街道'), ('community', '社区'), ('grid', '网格'), ('compound', '小区'), ('building', '楼栋'), ('station', '服务站'), ('office', '社区办公点'), ('road', '道路'), ('finding', '问题'), ('finding_cut', '切割线')], max_length=20)),
                ('shape_id', models.BigIntegerField()),
                ('zoom', models.SmallIntegerField()),
                ('sheet', models.SmallIntegerField(help_text='Layer and zoom in one number: the first column of the spatial index.')),
                ('shape', django.contrib.gis.db.models.fields.GeometryField(spatial_index=False, srid=0)),
                ('label_x', models.IntegerField(blank=True, null=True)),
                ('label_y', models.IntegerField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '概略图形',
                'verbose_name_plural': '概略图形',
                'indexes': [django.contrib.postgres.indexes.GistIndex(fields=['sheet', 'shape'], name='tilecopy_by_sheet_and_place')],
            },
        ),
        migrations.RunSQL(
            (SQL / "tile_changes.sql").read_text(encoding="utf-8"),
            (SQL / "tile_changes_undo.sql").read_text(encoding="utf-8"),
        ),
    ]

# Names of up to 200 characters: longer columns of the same type, no row is written anew.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gridwork', '0010_plans'),
    ]

    operations = [
        migrations.AlterField(
            model_name='building',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
        migrations.AlterField(
            model_name='community',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
        migrations.AlterField(
            model_name='communityoffice',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
        migrations.AlterField(
            model_name='compound',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
        migrations.AlterField(
            model_name='district',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
        migrations.AlterField(
            model_name='grid',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
        migrations.AlterField(
            model_name='road',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
        migrations.AlterField(
            model_name='servicestation',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
        migrations.AlterField(
            model_name='street',
            name='name',
            field=models.CharField(blank=True, db_collation='pinyin', max_length=200),
        ),
    ]

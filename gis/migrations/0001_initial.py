"""The first tables: staff, journal, territory, boundaries, imports, rules."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.gis.db.models.fields
import django.contrib.gis.db.models.functions
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import CreateCollation, CreateExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        # Made here where the owner of the database may; a cluster made by `python3 -m project` brings them already.
        CreateExtension("postgis"),
        CreateExtension("btree_gist"),
        CreateExtension("pg_trgm"),
        CreateCollation("pinyin", provider="icu", locale="zh-u-co-pinyin-kn-true"),
        migrations.CreateModel(
            name='Community',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('code', models.CharField(max_length=15, unique=True)),
            ],
            options={
                'verbose_name': '社区',
                'verbose_name_plural': '社区',
                'ordering': ('code',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(blank=True, max_length=60)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('district', '区'), ('street', '街道'), ('community', '社区'), ('grid', '网格'), ('compound', '小区'), ('building', '楼栋'), ('station', '服务站'), ('office', '社区办公点'), ('road', '道路')], max_length=20)),
                ('header_fingerprint', models.CharField(max_length=64)),
                ('mapping', models.JSONField()),
                ('by_name', models.CharField(max_length=150)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'verbose_name': '字段对应',
                'verbose_name_plural': '字段对应',
                'constraints': [models.UniqueConstraint(fields=('source', 'kind', 'header_fingerprint'), name='columnmapping_once_for_a_header')],
            },
        ),
        migrations.CreateModel(
            name='District',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('code', models.CharField(max_length=15, unique=True)),
            ],
            options={
                'verbose_name': '区',
                'verbose_name_plural': '区',
                'ordering': ('code',),
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='district_retires_after_it_is_established'), models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{6}$')), name='district_code_has_6_digits')],
            },
        ),
        migrations.CreateModel(
            name='Compound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64)),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('old', '老旧小区'), ('commodity', '普通商品房'), ('high_end', '新建高档小区'), ('resettlement', '村改回迁小区'), ('public_housing', '公房小区'), ('civil_servant', '公务员小区'), ('talent', '人才住房'), ('unknown', '类型未知')], default='unknown', max_length=20)),
                ('management', models.CharField(choices=[('company', '专业物业'), ('owners', '业主自治'), ('wide', '大物管'), ('public_benefit', '公益物业'), ('none', '无物业'), ('unknown', '管理方式未知')], default='unknown', max_length=20)),
                ('households', models.PositiveIntegerField(blank=True, null=True)),
                ('community', models.ForeignKey(blank=True, db_column='community_code', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='compounds', to='gridwork.community', to_field='code')),
                ('district', models.ForeignKey(db_column='district_code', on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='gridwork.district', to_field='code')),
            ],
            options={
                'verbose_name': '小区',
                'verbose_name_plural': '小区',
                'ordering': ('code',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CommunityOffice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64)),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('telephone', models.CharField(blank=True, max_length=40)),
                ('shape', django.contrib.gis.db.models.fields.PointField(srid=4490)),
                ('community', models.ForeignKey(blank=True, db_column='community_code', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='gridwork.community', to_field='code')),
                ('district', models.ForeignKey(db_column='district_code', on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='gridwork.district', to_field='code')),
            ],
            options={
                'verbose_name': '社区办公点',
                'verbose_name_plural': '社区办公点',
                'ordering': ('code',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Building',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64)),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('households', models.PositiveIntegerField(default=0)),
                ('shape', django.contrib.gis.db.models.fields.GeometryField(srid=4490)),
                ('point', models.GeneratedField(db_persist=True, expression=django.contrib.gis.db.models.functions.PointOnSurface('shape'), output_field=django.contrib.gis.db.models.fields.PointField(srid=4490))),
                ('compound', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='buildings', to='gridwork.compound')),
                ('district', models.ForeignKey(db_column='district_code', on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='gridwork.district', to_field='code')),
            ],
            options={
                'verbose_name': '楼栋',
                'verbose_name_plural': '楼栋',
                'ordering': ('code',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DistrictRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('noise_factor', models.FloatField(default=6.0)),
                ('clear_factor', models.FloatField(default=9.0)),
                ('min_households', models.PositiveIntegerField(default=150)),
                ('max_households', models.PositiveIntegerField(default=300)),
                ('hard_max_households', models.PositiveIntegerField(default=400)),
                ('far_from_office_m', models.FloatField(default=3000.0)),
                ('district', models.OneToOneField(db_column='district_code', on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='gridwork.district', to_field='code')),
            ],
            options={
                'verbose_name': '检查阈值',
                'verbose_name_plural': '检查阈值',
            },
        ),
        migrations.CreateModel(
            name='Grid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('code', models.CharField(max_length=15, unique=True)),
                ('kind', models.CharField(choices=[('ordinary', '基础网格'), ('exclusive', '专属网格'), ('cell', '单元网格')], default='ordinary', max_length=20)),
                ('community', models.ForeignKey(db_column='community_code', on_delete=django.db.models.deletion.PROTECT, related_name='grids', to='gridwork.community', to_field='code')),
            ],
            options={
                'verbose_name': '网格',
                'verbose_name_plural': '网格',
                'ordering': ('code',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('district', '区'), ('street', '街道'), ('community', '社区'), ('grid', '网格'), ('compound', '小区'), ('building', '楼栋'), ('station', '服务站'), ('office', '社区办公点'), ('road', '道路')], max_length=20)),
                ('file_name', models.CharField(max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('source', models.CharField(blank=True, max_length=120)),
                ('district_code', models.CharField(blank=True, max_length=6)),
                ('by_name', models.CharField(max_length=150)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('mapping', models.JSONField(default=dict)),
                ('crs', models.CharField(max_length=120)),
                ('encoding', models.CharField(blank=True, max_length=40)),
                ('datum', models.CharField(default='as_is', max_length=20)),
                ('accuracy_m', models.FloatField()),
                ('counts', models.JSONField(default=dict)),
                ('in_force_from', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '导入记录',
                'verbose_name_plural': '导入记录',
                'ordering': ('-at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='GridBoundary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shape', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4490)),
                ('in_force', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('accuracy_m', models.FloatField()),
                ('source', models.CharField(blank=True, max_length=120)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='boundaries', to='gridwork.grid')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_made', to='gridwork.importrecord')),
            ],
            options={
                'verbose_name': '网格界',
                'verbose_name_plural': '网格界',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DistrictBoundary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shape', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4490)),
                ('in_force', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('accuracy_m', models.FloatField()),
                ('source', models.CharField(blank=True, max_length=120)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='boundaries', to='gridwork.district')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_made', to='gridwork.importrecord')),
            ],
            options={
                'verbose_name': '区界',
                'verbose_name_plural': '区界',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CompoundBoundary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shape', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4490)),
                ('in_force', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('accuracy_m', models.FloatField()),
                ('source', models.CharField(blank=True, max_length=120)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='boundaries', to='gridwork.compound')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_made', to='gridwork.importrecord')),
            ],
            options={
                'verbose_name': '小区范围',
                'verbose_name_plural': '小区范围',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CommunityBoundary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shape', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4490)),
                ('in_force', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('accuracy_m', models.FloatField()),
                ('source', models.CharField(blank=True, max_length=120)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='boundaries', to='gridwork.community')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_made', to='gridwork.importrecord')),
            ],
            options={
                'verbose_name': '社区界',
                'verbose_name_plural': '社区界',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='JournalLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True, editable=False)),
                ('by_name', models.CharField(max_length=150)),
                ('happening', models.CharField(choices=[('boundaries.imported', '导入图层'), ('audit.finished', '检查完成'), ('audit.failed', '检查失败'), ('finding.moved', '问题状态变更'), ('finding.assigned', '问题指派'), ('finding.noted', '问题备注'), ('exception.accepted', '认可例外'), ('exception.ended', '例外终止'), ('rules.changed', '修改阈值'), ('account.created', '创建账号'), ('account.changed', '修改账号'), ('membership.given', '授予角色'), ('membership.ended', '撤销角色'), ('session.signed_in', '登录'), ('session.signed_out', '退出'), ('session.refused', '登录失败')], max_length=40)),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject_code', models.CharField(blank=True, max_length=150)),
                ('district_code', models.CharField(blank=True, max_length=6)),
                ('summary', models.JSONField(blank=True, default=dict)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='journal_lines', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '日志',
                'verbose_name_plural': '日志',
                'ordering': ('-at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('officer', 'GIS 专员'), ('approver', '审批人'), ('leader', '领导'), ('dispatcher', '派单员'), ('steward', '网格员'), ('auditor', '安全审计员'), ('administrator', '系统管理员')], max_length=20)),
                ('territory_code', models.CharField(blank=True, max_length=15)),
                ('begins_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '角色',
                'verbose_name_plural': '角色',
                'ordering': ('user', 'begins_on', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Road',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64)),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('rank', models.CharField(choices=[('arterial', '主干路'), ('secondary', '次干路'), ('local', '支路')], default='local', max_length=20)),
                ('shape', django.contrib.gis.db.models.fields.MultiLineStringField(srid=4490)),
                ('district', models.ForeignKey(db_column='district_code', on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='gridwork.district', to_field='code')),
            ],
            options={
                'verbose_name': '道路',
                'verbose_name_plural': '道路',
                'ordering': ('code',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ServiceStation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64)),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('telephone', models.CharField(blank=True, max_length=40)),
                ('shape', django.contrib.gis.db.models.fields.PointField(srid=4490)),
                ('kind', models.CharField(choices=[('centre', '服务中心'), ('station', '小区服务站'), ('post', '网格驿站'), ('mediation', '调解室'), ('liaison', '联络站')], default='station', max_length=20)),
                ('community', models.ForeignKey(blank=True, db_column='community_code', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='gridwork.community', to_field='code')),
                ('district', models.ForeignKey(db_column='district_code', on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='gridwork.district', to_field='code')),
            ],
            options={
                'verbose_name': '服务站',
                'verbose_name_plural': '服务站',
                'ordering': ('code',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SizeBand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grid_kind', models.CharField(choices=[('ordinary', '基础网格'), ('exclusive', '专属网格'), ('cell', '单元网格')], max_length=20)),
                ('min_households', models.PositiveIntegerField()),
                ('max_households', models.PositiveIntegerField()),
                ('hard_max_households', models.PositiveIntegerField()),
                ('district', models.ForeignKey(db_column='district_code', on_delete=django.db.models.deletion.PROTECT, related_name='size_bands', to='gridwork.district', to_field='code')),
            ],
            options={
                'verbose_name': '户数范围',
                'verbose_name_plural': '户数范围',
            },
        ),
        migrations.CreateModel(
            name='StewardPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('in_force', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='gridwork.grid', to_field='code')),
                ('steward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '网格员岗位',
                'verbose_name_plural': '网格员岗位',
            },
        ),
        migrations.CreateModel(
            name='Street',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, db_collation='pinyin', max_length=120)),
                ('established_on', models.DateField()),
                ('retired_on', models.DateField(blank=True, null=True)),
                ('code', models.CharField(max_length=15, unique=True)),
                ('district', models.ForeignKey(db_column='district_code', on_delete=django.db.models.deletion.PROTECT, related_name='streets', to='gridwork.district', to_field='code')),
            ],
            options={
                'verbose_name': '街道',
                'verbose_name_plural': '街道',
                'ordering': ('code',),
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='community',
            name='street',
            field=models.ForeignKey(db_column='street_code', on_delete=django.db.models.deletion.PROTECT, related_name='communities', to='gridwork.street', to_field='code'),
        ),
        migrations.CreateModel(
            name='StreetBoundary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shape', django.contrib.gis.db.models.fields.MultiPolygonField(srid=4490)),
                ('in_force', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('accuracy_m', models.FloatField()),
                ('source', models.CharField(blank=True, max_length=120)),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_made', to='gridwork.importrecord')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='boundaries', to='gridwork.street')),
            ],
            options={
                'verbose_name': '街道界',
                'verbose_name_plural': '街道界',
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='compound',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='compound_retires_after_it_is_established'),
        ),
        migrations.AddConstraint(
            model_name='compound',
            constraint=models.UniqueConstraint(fields=('district', 'code'), name='compound_code_once_in_a_district'),
        ),
        migrations.AddConstraint(
            model_name='compound',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^\\S(.*\\S)?$')), name='compound_code_is_trimmed'),
        ),
        migrations.AddConstraint(
            model_name='compound',
            constraint=models.CheckConstraint(condition=models.Func(models.F('community'), models.F('district'), function='starts_with', output_field=models.BooleanField()), name='compound_community_starts_with_its_district'),
        ),
        migrations.AddConstraint(
            model_name='compound',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['old', 'commodity', 'high_end', 'resettlement', 'public_housing', 'civil_servant', 'talent', 'unknown'])), name='compound_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='compound',
            constraint=models.CheckConstraint(condition=models.Q(('management__in', ['company', 'owners', 'wide', 'public_benefit', 'none', 'unknown'])), name='compound_management_is_known'),
        ),
        migrations.AddConstraint(
            model_name='communityoffice',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='communityoffice_retires_after_it_is_established'),
        ),
        migrations.AddConstraint(
            model_name='communityoffice',
            constraint=models.UniqueConstraint(fields=('district', 'code'), name='communityoffice_code_once_in_a_district'),
        ),
        migrations.AddConstraint(
            model_name='communityoffice',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^\\S(.*\\S)?$')), name='communityoffice_code_is_trimmed'),
        ),
        migrations.AddConstraint(
            model_name='communityoffice',
            constraint=models.CheckConstraint(condition=models.Func(models.F('community'), models.F('district'), function='starts_with', output_field=models.BooleanField()), name='communityoffice_community_starts_with_its_district'),
        ),
        migrations.AddConstraint(
            model_name='communityoffice',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='communityoffice_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='building_retires_after_it_is_established'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.UniqueConstraint(fields=('district', 'code'), name='building_code_once_in_a_district'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^\\S(.*\\S)?$')), name='building_code_is_trimmed'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.In(models.Func(models.F('shape'), function='GeometryType', output_field=models.CharField()), ['POINT', 'MULTIPOLYGON']), name='building_shape_is_a_point_or_a_footprint'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isvalid', True)), name='building_shape_is_valid'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='building_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='districtrules',
            constraint=models.CheckConstraint(condition=models.Q(('clear_factor__gte', models.F('noise_factor')), ('noise_factor__gt', 0)), name='districtrules_factors_rise'),
        ),
        migrations.AddConstraint(
            model_name='districtrules',
            constraint=models.CheckConstraint(condition=models.Q(('hard_max_households__gte', models.F('max_households')), ('max_households__gte', models.F('min_households'))), name='districtrules_sizes_rise'),
        ),
        migrations.AddConstraint(
            model_name='districtrules',
            constraint=models.CheckConstraint(condition=models.Q(('far_from_office_m__gt', 0)), name='districtrules_far_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='grid',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='grid_retires_after_it_is_established'),
        ),
        migrations.AddConstraint(
            model_name='grid',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{15}$')), name='grid_code_has_15_digits'),
        ),
        migrations.AddConstraint(
            model_name='grid',
            constraint=models.CheckConstraint(condition=models.Func(models.F('code'), models.F('community'), function='starts_with', output_field=models.BooleanField()), name='grid_code_starts_with_its_community'),
        ),
        migrations.AddConstraint(
            model_name='grid',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ordinary', 'exclusive', 'cell'])), name='grid_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='importrecord',
            constraint=models.CheckConstraint(condition=models.Q(('accuracy_m__gt', 0)), name='importrecord_accuracy_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='gridboundary',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('place', '='), ('in_force', '&&')], name='gridboundary_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='gridboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isvalid', True)), name='gridboundary_shape_is_valid'),
        ),
        migrations.AddConstraint(
            model_name='gridboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='gridboundary_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='gridboundary',
            constraint=models.CheckConstraint(condition=models.Q(('accuracy_m__gt', 0)), name='gridboundary_accuracy_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='gridboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__isempty', False)), name='gridboundary_period_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='gridboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__startswith__isnull', False)), name='gridboundary_period_has_a_beginning'),
        ),
        migrations.AddConstraint(
            model_name='districtboundary',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('place', '='), ('in_force', '&&')], name='districtboundary_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='districtboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isvalid', True)), name='districtboundary_shape_is_valid'),
        ),
        migrations.AddConstraint(
            model_name='districtboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='districtboundary_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='districtboundary',
            constraint=models.CheckConstraint(condition=models.Q(('accuracy_m__gt', 0)), name='districtboundary_accuracy_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='districtboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__isempty', False)), name='districtboundary_period_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='districtboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__startswith__isnull', False)), name='districtboundary_period_has_a_beginning'),
        ),
        migrations.AddConstraint(
            model_name='compoundboundary',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('place', '='), ('in_force', '&&')], name='compoundboundary_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='compoundboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isvalid', True)), name='compoundboundary_shape_is_valid'),
        ),
        migrations.AddConstraint(
            model_name='compoundboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='compoundboundary_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='compoundboundary',
            constraint=models.CheckConstraint(condition=models.Q(('accuracy_m__gt', 0)), name='compoundboundary_accuracy_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='compoundboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__isempty', False)), name='compoundboundary_period_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='compoundboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__startswith__isnull', False)), name='compoundboundary_period_has_a_beginning'),
        ),
        migrations.AddConstraint(
            model_name='communityboundary',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('place', '='), ('in_force', '&&')], name='communityboundary_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='communityboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isvalid', True)), name='communityboundary_shape_is_valid'),
        ),
        migrations.AddConstraint(
            model_name='communityboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='communityboundary_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='communityboundary',
            constraint=models.CheckConstraint(condition=models.Q(('accuracy_m__gt', 0)), name='communityboundary_accuracy_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='communityboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__isempty', False)), name='communityboundary_period_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='communityboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__startswith__isnull', False)), name='communityboundary_period_has_a_beginning'),
        ),
        migrations.AddIndex(
            model_name='journalline',
            index=models.Index(fields=['district_code', '-at'], name='journal_by_district'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['officer', 'approver', 'leader', 'dispatcher', 'steward', 'auditor', 'administrator'])), name='membership_role_is_known'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('territory_code__regex', '^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})?$')), name='membership_territory_is_a_code'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('territory_code', ''), _negated=True), ('role__in', ['administrator', 'auditor']), _connector='OR'), name='membership_whole_city_is_for_administrators_and_auditors'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('begins_on')), _connector='OR'), name='membership_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('role', '='), ('territory_code', '='), (models.Func(models.F('begins_on'), models.F('ends_on'), models.Value('[]'), function='daterange'), '&&')], name='membership_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='road',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='road_retires_after_it_is_established'),
        ),
        migrations.AddConstraint(
            model_name='road',
            constraint=models.UniqueConstraint(fields=('district', 'code'), name='road_code_once_in_a_district'),
        ),
        migrations.AddConstraint(
            model_name='road',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^\\S(.*\\S)?$')), name='road_code_is_trimmed'),
        ),
        migrations.AddConstraint(
            model_name='road',
            constraint=models.CheckConstraint(condition=models.Q(('rank__in', ['arterial', 'secondary', 'local'])), name='road_rank_is_known'),
        ),
        migrations.AddConstraint(
            model_name='road',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='road_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='servicestation',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='servicestation_retires_after_it_is_established'),
        ),
        migrations.AddConstraint(
            model_name='servicestation',
            constraint=models.UniqueConstraint(fields=('district', 'code'), name='servicestation_code_once_in_a_district'),
        ),
        migrations.AddConstraint(
            model_name='servicestation',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^\\S(.*\\S)?$')), name='servicestation_code_is_trimmed'),
        ),
        migrations.AddConstraint(
            model_name='servicestation',
            constraint=models.CheckConstraint(condition=models.Func(models.F('community'), models.F('district'), function='starts_with', output_field=models.BooleanField()), name='servicestation_community_starts_with_its_district'),
        ),
        migrations.AddConstraint(
            model_name='servicestation',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='servicestation_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='servicestation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['centre', 'station', 'post', 'mediation', 'liaison'])), name='servicestation_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='sizeband',
            constraint=models.UniqueConstraint(fields=('district', 'grid_kind'), name='sizeband_once_for_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='sizeband',
            constraint=models.CheckConstraint(condition=models.Q(('hard_max_households__gte', models.F('max_households')), ('max_households__gte', models.F('min_households'))), name='sizeband_sizes_rise'),
        ),
        migrations.AddConstraint(
            model_name='stewardpost',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__isempty', False)), name='stewardpost_period_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='stewardpost',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('grid', '='), ('in_force', '&&')], name='stewardpost_one_steward_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='street',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='street_retires_after_it_is_established'),
        ),
        migrations.AddConstraint(
            model_name='street',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{9}$')), name='street_code_has_9_digits'),
        ),
        migrations.AddConstraint(
            model_name='street',
            constraint=models.CheckConstraint(condition=models.Func(models.F('code'), models.F('district'), function='starts_with', output_field=models.BooleanField()), name='street_code_starts_with_its_district'),
        ),
        migrations.AddConstraint(
            model_name='community',
            constraint=models.CheckConstraint(condition=models.Q(('retired_on__isnull', True), ('retired_on__gte', models.F('established_on')), _connector='OR'), name='community_retires_after_it_is_established'),
        ),
        migrations.AddConstraint(
            model_name='community',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{12}$')), name='community_code_has_12_digits'),
        ),
        migrations.AddConstraint(
            model_name='community',
            constraint=models.CheckConstraint(condition=models.Func(models.F('code'), models.F('street'), function='starts_with', output_field=models.BooleanField()), name='community_code_starts_with_its_street'),
        ),
        migrations.AddConstraint(
            model_name='streetboundary',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('place', '='), ('in_force', '&&')], name='streetboundary_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='streetboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isvalid', True)), name='streetboundary_shape_is_valid'),
        ),
        migrations.AddConstraint(
            model_name='streetboundary',
            constraint=models.CheckConstraint(condition=models.Q(('shape__isempty', False)), name='streetboundary_shape_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='streetboundary',
            constraint=models.CheckConstraint(condition=models.Q(('accuracy_m__gt', 0)), name='streetboundary_accuracy_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='streetboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__isempty', False)), name='streetboundary_period_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='streetboundary',
            constraint=models.CheckConstraint(condition=models.Q(('in_force__startswith__isnull', False)), name='streetboundary_period_has_a_beginning'),
        ),
    ]

"""Addresses of the pages."""

from django.urls import include, path

from gis.web import accounts, bulk, downloads, entrance, feed, findings, journal, overview, tiles, words, worklist
from gis.web import map as map_page

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("map/", map_page.live_map, name="map"),
    path("tiles/index.json", tiles.index, name="tile_index"),
    path("tiles/<str:layer>/<int:zoom>/<int:x>/<int:y>.mvt", tiles.tile, name="tile"),
    path("jsi18n/", words.catalogue, name="jsi18n"),
    path("sign-in/", entrance.SignIn.as_view(), name="sign_in"),
    path("sign-out/", entrance.SignOut.as_view(), name="sign_out"),
    path("own-password/", entrance.OwnPassword.as_view(), name="own_password"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("worklist/change/", bulk.change, name="worklist_change"),
    path("worklist/start.json", feed.start, name="worklist_start"),
    path("worklist/list.json", feed.listed, name="worklist_list"),
    path("worklist/rows.json", feed.rows, name="worklist_rows"),
    path("findings/<int:finding_id>/", findings.finding, name="finding"),
    path("findings/<int:finding_id>/move/", findings.move, name="finding_move"),
    path("findings/<int:finding_id>/assign/", findings.assign, name="finding_assign"),
    path("findings/<int:finding_id>/note/", findings.note, name="finding_note"),
    path("findings/<int:finding_id>/exception/", findings.accept_exception, name="finding_exception"),
    path("findings/<int:finding_id>/exception/end/", findings.end_exception, name="finding_exception_end"),
    path("districts/<str:district_code>/audit-map.html", downloads.audit_map, name="audit_map"),
    path("districts/<str:district_code>/findings.csv", downloads.findings_csv, name="findings_csv"),
    path("districts/<str:district_code>/findings.xlsx", downloads.findings_xlsx, name="findings_xlsx"),
    path("districts/<str:district_code>/audit/", overview.audit, name="audit"),
    path("imports/", include("gis.web.import_urls")),
    path("", include("gis.web.redraw_urls")),
    path("", include("gis.web.plans_urls")),
    path("", include("gis.web.paper_urls")),
    path("journal/", journal.journal, name="journal"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("new-account/", accounts.create, name="account_create"),
    path("accounts/<str:username>/", accounts.account, name="account"),
    path("accounts/<str:username>/password/", accounts.reset_password, name="account_reset_password"),
    path("accounts/<str:username>/switch/", accounts.switch, name="account_switch"),
    path("accounts/<str:username>/roles/", accounts.give_role, name="account_give_role"),
    path("accounts/<str:username>/roles/<int:membership_id>/end/", accounts.end_role, name="account_end_role"),
]

"""Ground maps: which are offered, and whose servers the content policy then lets in."""

import re

from project import base_maps


def test_without_a_key_the_ground_is_plain_and_nobody_is_asked():
    offered = base_maps.offered("")
    assert [ground["id"] for ground in offered] == ["plain"]
    assert base_maps.hosts(offered) == []


def test_with_a_key_tianditu_joins_behind_the_plain_one():
    offered = base_maps.offered("a key&more")
    assert offered[0] is base_maps.PLAIN
    assert len(offered) == 4
    for ground in offered[1:]:
        assert len(ground["layers"]) == 2, "the ground and its names"
        for address in ground["layers"]:
            assert re.fullmatch(r"https://t\{0-7\}\.tianditu\.gov\.cn/\w{3}_w/wmts\?\S+&tk=a%20key%26more", address)
            assert all(part in address for part in ("{z}", "{x}", "{y}", "TILEMATRIXSET=w"))
        assert "天地图" in ground["attribution"]
    assert base_maps.hosts(offered) == ["https://*.tianditu.gov.cn"]


def test_openstreetmap_is_for_developers():
    assert base_maps.OPEN_STREET_MAP not in base_maps.offered("key")
    assert base_maps.hosts([base_maps.OPEN_STREET_MAP]) == ["https://tile.openstreetmap.org"]

"""Words that stand on drawn maps and in the frame of every sheet, in the active language."""

from django.utils.translation import gettext


def map_words() -> dict[str, str]:
    """Return the words of a map and its legend by key."""
    return {
        "changed": gettext("调整的土地"),
        "gone": gettext("原网格界线"),
        "grid": gettext("网格界线"),
        "changed_grid": gettext("涉及网格界线"),
        "community": gettext("社区界线"),
        "neighbour": gettext("周边网格"),
        "compound": gettext("小区"),
        "road": gettext("道路"),
        "office": gettext("社区办公点"),
        "station": gettext("服务站"),
        "north": gettext("北"),
        "scale": gettext("比例尺"),
        "metre": gettext("米"),
        "kilometre": gettext("千米"),
        "households": gettext("{count} 户"),
    }


def notice_words() -> dict[str, str]:
    """Return the words of a public notice by key."""
    return {
        "title": gettext("网格调整公告"),
        "reason": gettext("一、调整原因"),
        "facts": gettext("二、调整概况"),
        "grids": gettext("三、涉及网格及四至"),
        "compounds": gettext("四、涉及小区"),
        "effective": gettext("五、生效时间"),
        "contacts": gettext("六、联系方式"),
        "grid": gettext("网格"),
        "standing": gettext("变动"),
        "households": gettext("户数（前→后）"),
        "grid_compounds": gettext("调整后的小区"),
        "extent": gettext("四至"),
        "change": gettext("变动内容："),
        "and": gettext("、"),
        "no_land": gettext("停用，不再有范围"),
    }


def handover_words() -> dict[str, str]:
    """Return the words of hand-over lists by key."""
    return {
        "title": gettext("网格交接清单"),
        "post": gettext("岗位"),
        "steward": gettext("网格员"),
        "vacant": gettext("岗位空缺"),
        "community": gettext("所属社区"),
        "effective": gettext("生效时间"),
        "leaves": gettext("移交（交出）"),
        "arrives": gettext("接收（接入）"),
        "nothing": gettext("无"),
        "to": gettext("交给"),
        "from": gettext("来自"),
        "compound": gettext("小区"),
        "no_compound": gettext("小区外土地"),
        "buildings": gettext("楼栋"),
        "households": gettext("户数"),
        "area": gettext("面积（平方米）"),
        "stations": gettext("服务站"),
        "total": gettext("合计"),
        "giver": gettext("移交人"),
        "taker": gettext("接收人"),
        "witness": gettext("监交人（社区）"),
        "day": gettext("日期"),
        "privacy": gettext("本清单只列地方、设施和数量，不含居民个人信息。"),
    }

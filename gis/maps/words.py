"""Every word on the take-away map. Chinese is the msgid; another language comes from its catalogue."""

from django.utils.translation import gettext, pgettext

from gis.terms import Clarity, Fit, GridFit


def words() -> dict[str, str]:
    """Return the page's words by key, in the active language."""
    return {
        "legend": gettext("图例与图层"),
        "list": gettext("小区列表"),
        "search": gettext("查找小区"),
        "search_hint": gettext("名称、编码或网格编码"),
        "show": gettext("显示"),
        "show_crossed": gettext("被网格线穿过"),
        "show_doubtful": gettext("待核实"),
        "show_uncovered": gettext("部分无网格"),
        "show_all": gettext("全部小区"),
        "sort": gettext("排序"),
        "sort_width": gettext("穿入宽度，从大到小"),
        "sort_households": gettext("户数，从多到少"),
        "sort_name": gettext("名称"),
        "nothing": gettext("没有符合条件的小区。"),
        "shown": gettext("共 {count} 个"),
        "more": gettext("还有 {count} 个未列出，请输入名称或编码查找。"),
        "zoom_in": gettext("放大"),
        "zoom_out": gettext("缩小"),
        "close": gettext("关闭"),
        "map": gettext("地图：可用方向键平移，用加号、减号缩放"),
        "code": gettext("编码"),
        "state": gettext("状态"),
        "clarity": gettext("判断"),
        "households": gettext("户数"),
        "width": gettext("穿入宽度"),
        "width_short": gettext("宽"),
        "area": gettext("面积"),
        "share": gettext("面积占比"),
        "grid": gettext("网格"),
        "community": gettext("社区"),
        "parts": gettext("各网格内的部分"),
        "noise_parts": gettext("另有 {count} 块数字化误差碎片，不作为问题"),
        "metre": pgettext("unit", "米"),
        "square_metre": pgettext("unit", "平方米"),
        "household": pgettext("unit", "户"),
        "gap": gettext("网格间空隙"),
        "overlap": gettext("网格重叠"),
        "between": gettext("涉及网格"),
        "north": gettext("北"),
        "left_out": gettext("本图只画出有问题的小区及其网格，另有 {count} 个小区未画出。"),
        "widest_only": gettext(
            "有问题的小区很多，本图只画出穿入最宽的 {shown} 个及其网格，另有 {count} 个小区未画出。"
        ),
        **{f"fit_{fit.value}": gettext(fit.label) for fit in Fit},
        **{f"grid_fit_{fit.value}": gettext(fit.label) for fit in GridFit},
        **{f"clarity_{clarity.value}": gettext(clarity.label) for clarity in Clarity},
    }

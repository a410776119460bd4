"""Invented names: plausible, and belonging to nobody."""

import numpy as np

DISTRICT_NAME = "云澜区（虚构）"
DISTRICT_CODE = "379912"
"""No district: 3799 is not assigned in GB/T 2260."""

STREETS = ("望澜街道", "松涛街道", "云岫街道", "锦湾街道", "澄浦街道")

_FRONT = ("云", "澜", "松", "汐", "锦", "翠", "澄", "岚", "霁", "鹭", "帆", "礁", "槐", "枫", "梧", "棠", "柏", "兰",
          "荷", "鸣", "晴", "曦", "碧", "沧", "渔", "岱", "泉", "榆", "桐", "墨")  # fmt: skip
_BACK = (
    "湾",
    "浦",
    "岭",
    "泉",
    "溪",
    "屿",
    "埠",
    "岸",
    "坡",
    "塘",
    "桥",
    "园",
    "坞",
    "渚",
    "汀",
    "台",
    "港",
    "峪",
    "洲",
    "谷",
)
_ESTATE = ("花园", "雅苑", "家园", "里", "新村", "公馆", "府", "名邸", "小区", "佳苑", "华庭", "丽景")
_MOOD = ("和", "安", "瑞", "福", "康", "宁", "祥", "景", "文", "馨", "嘉", "明", "雅", "悦", "逸", "清")
_ROAD_END = {"arterial": ("大道", "路"), "secondary": ("路",), "local": ("支路", "街", "巷")}


def _pool(front: tuple[str, ...], back: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    names = [a + b for a in front for b in back if a != b]
    return [names[i] for i in rng.permutation(len(names))]


def community_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return names of communities; the last but one repeats the first: the same name in two streets does occur."""
    names = [f"{name}社区" for name in _pool(_FRONT, _BACK, rng)[:count]]
    names[-2] = names[0]
    return names


def compound_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return a name of its own for each compound."""
    middle = _pool(_FRONT, _MOOD, rng)
    return [f"{name}{_ESTATE[int(rng.integers(len(_ESTATE)))]}" for name in middle[:count]]


def road_names(ranks: list[str], rng: np.random.Generator) -> list[str]:
    """Return a name of its own for each road, by its rank."""
    pool = _pool(_FRONT[::-1], _BACK, rng)
    names = []
    for number, rank in enumerate(ranks):
        ends = _ROAD_END[rank]
        nth = number // len(pool)
        names.append(
            pool[number % len(pool)] + ("" if nth == 0 else "一二三四五六七八九"[nth - 1]) + ends[number % len(ends)]
        )
    return names

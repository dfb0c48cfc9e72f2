"""Names for people who do not exist: a first name and a thing of nature."""

from __future__ import annotations

from random import Random

_FIRST = """
    Abe Ada Ali Amy Ana Ari Asa Ava Bea Ben Bo Cam Cleo Cy Dara Dee Della Eli Ella Emi Erin Eva Fay Finn Flo Gil Gus
    Hal Hana Ida Ike Ines Ira Iris Ivy Jack Jo Jun Kai Kim Kit Lea Lee Lena Lia Lou Lux Mae Max May Mia Milo Mo Nan Ned
    Nia Nico Noa Nora Ola Omar Otis Pam Pat Pia Rae Ray Remy Rio Rosa Roy Sam Sky Sol Sue Tam Ted Theo Tia Una Uma Val
    Vic Wes Win Yan Yui Zed Zoe
"""
_LAST = """
    Acorn Alder Ash Aspen Badger Basalt Bayleaf Birch Bracken Bramble Brook Canyon Cedar Chestnut Clay Clover Condor
    Cottonwood Cove Crane Creek Delta Dogwood Drake Dune Elder Elk Elm Fern Finch Fir Flint Foxglove Glade Gravel Grove
    Gull Hawthorn Hazel Heath Heron Hickory Hill Holly Ivywood Jay Juniper Kestrel Kingfisher Lake Larch Lark Laurel
    Lichen Linden Lupine Madrone Maple Marsh Meadow Moss Mulberry Newt Oak Oriole Osprey Otter Owl Pebble Pine Plover
    Pond Poplar Quail Quartz Raven Reed Ridge River Robin Rowan Sage Salal Salmon Sequoia Shore Sparrow Spruce Starling
    Stone Swan Swift Sycamore Tamarack Tanager Teal Thistle Thrush Trillium Trout Vale Vetch Walnut Wren Yarrow Yew
"""
FIRST, LAST = _FIRST.split(), _LAST.split()


def anybody(rng: Random) -> str:
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"

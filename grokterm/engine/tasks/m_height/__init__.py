"""m-heights of random real linear codes: exact labels, data sets of them, and their cache on disk.

Needs numpy alone. Read `heights.py` first; then `draws.py` (random codes), `blocks.py` (the cache), `split.py` (what a
network is shown).
"""

from grokterm.engine.tasks.m_height.draws import Stream, draw_block
from grokterm.engine.tasks.m_height.heights import m_heights
from grokterm.engine.tasks.m_height.split import Codes, CodeSplit, m_height_split

__all__ = ["CodeSplit", "Codes", "Stream", "draw_block", "m_height_split", "m_heights"]

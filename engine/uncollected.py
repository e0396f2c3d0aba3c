"""Imported first where a whole program is loaded at once: nobody looks for garbage in it from then on.

`engine.loading.loading` begins to look again, and leaves out what was loaded.
"""

import gc

gc.disable()

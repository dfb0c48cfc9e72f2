"""The one guard of every HTTP request that the site makes on somebody's word: public addresses only, with limits."""

from __future__ import annotations

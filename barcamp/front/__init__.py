"""Public pages and feeds from kept bytes, before Flask does any work (docs/decisions/0031-kept-bytes.md).

Promise: what is given is as fresh as the last commit and nobody's own. A view says `@shared`; what it was made from is
noticed, not declared.
"""

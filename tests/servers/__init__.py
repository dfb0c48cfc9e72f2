"""The real servers that tests talk to: PostgreSQL, SMTP, a browser, and the site itself.

Each module starts one, says where it is, and leaves nothing behind. None of them knows the site's tables or pages.
"""

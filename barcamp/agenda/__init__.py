"""My day: the sessions somebody starred or gives, in the order of the published schedule."""

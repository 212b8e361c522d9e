"""The documentation as a site: pages of `docs/`, and those that are made of the code itself."""

"""The page: one file that tells a study, with its charts, data and downloads."""

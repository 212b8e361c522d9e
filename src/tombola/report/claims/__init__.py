"""Findings of papers, each with a test over tables: one short file per claim."""

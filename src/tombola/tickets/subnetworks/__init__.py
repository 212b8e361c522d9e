"""Subnetworks to hold a ticket against: one short file per construction."""
